import { readBundleFiles, SqlBundle } from "../../plugins/supabasex/sdk";

// A Pulumi program that declares one SqlBundle, from what the test passes in the environment. See bundleStack.ts.
const {
  host = "",
  port = "",
  password = "",
  settings = "{}",
} = JSON.parse(process.env.BUNDLE_UNDER_TEST ?? "{}") as Record<string, string | undefined>;

new SqlBundle("bundle", {
  name: "under-test",
  directory: "sql",
  dryRun: "off",
  watch: "bundle",
  files: readBundleFiles("sql"),
  connection: { host, port: Number(port), user: "postgres", password, database: "postgres" },
  ...JSON.parse(settings),
});
