import { Secret } from "../../../../plugins/host/values";
import { sqlBundle } from "../../../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";

// A process that a test can kill: applies a bundle and prints a line for each step of its progress.
const [name = "", directory = "", connection = "{}"] = process.argv.slice(2);
void sqlBundle
  .create(
    {
      urn: "urn",
      type: "supabasex:index:SqlBundle",
      name,
      inputs: {
        name,
        directory,
        files: Object.fromEntries(
          Object.entries(readBundleFiles(directory)).map(([path, entry]) => [path, { ...entry }]),
        ),
        connection: new Secret(JSON.parse(connection)),
      },
      preview: false,
      timeoutSeconds: 0,
    },
    {
      signal: new AbortController().signal,
      log: (_severity, message) => process.stdout.write(`${message.split("\n", 1)[0]}\n`),
    },
  )
  .then(() => process.stdout.write("done\n"));
