import { Secret } from "../../../../plugins/provider-host/values";
import { sqlBundle } from "../../../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";

// A process that is killed while it works: it applies a bundle, and kills itself some time after a line of progress. Killing it
// from the test might be too late.
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
