import { Secret } from "../../../../plugins/provider-host/values";
import { sqlBundle } from "../../../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";

// A process that is killed amid its work: applies a bundle, and some time after a line of its progress it kills itself. A
// test that did so from outside might come too late.
const [name = "", directory = "", connection = "{}", line, milliseconds] = process.argv.slice(2);
let lines = 0;
function progress(): void {
  lines += 1;
  if (lines === Number(line)) setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(milliseconds));
}

void sqlBundle.create(
  {
    urn: "urn",
    type: "supabasex:index:SqlBundle",
    name,
    inputs: {
      name,
      directory,
      files: readBundleFiles(directory),
      connection: new Secret(JSON.parse(connection)),
    },
    preview: false,
    timeoutSeconds: 0,
  },
  {
    signal: new AbortController().signal,
    log: progress,
  },
);
