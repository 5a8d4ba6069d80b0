// Runs as a separate process, like a provider that the engine starts for each command: creates the bundle or previews its
// creation, and prints the time. Arguments: create or preview, the bundle's directory, the database's URL.
import type { CallContext } from "../../plugins/provider-host/provider";
import { type PropertyMap, Secret } from "../../plugins/provider-host/values";
import { sqlBundle } from "../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../plugins/supabasex/sdk/readBundleFiles";
import { timed } from "../measure";

const [mode = "create", directory = "", url = ""] = process.argv.slice(2);
const context: CallContext = { signal: new AbortController().signal, log: () => undefined };

function inputs(): PropertyMap {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    name: "bench",
    directory,
    files: readBundleFiles(directory),
    connection: new Secret({
      host: hostname,
      port: Number(port),
      user: username,
      password: decodeURIComponent(password),
      database: pathname.slice(1),
    }),
    dryRun: "live",
  } as unknown as PropertyMap;
}

async function main(): Promise<void> {
  const subject = { urn: "urn", type: "supabasex:index:SqlBundle", name: "bench", timeoutSeconds: 0 };
  const request = { ...subject, inputs: inputs(), preview: mode === "preview" };
  const milliseconds = await timed(() => sqlBundle.create(request, context));
  console.log(JSON.stringify({ milliseconds }));
}

void main();
