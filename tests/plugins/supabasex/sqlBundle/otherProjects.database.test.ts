import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";
import { startTestCluster, type TestCluster } from "../../../support/cluster";
import { BundleUnderTest } from "./bundleUnderTest";

// Projects of the Supabase CLI: the bundle's folder is their folder supabase/, and nothing in it is changed.
const projects = path.resolve(import.meta.dirname, "../../../support/projects");

let cluster: TestCluster | undefined;
let bundle: BundleUnderTest | undefined;
afterEach(async () => {
  bundle?.remove();
  await cluster?.remove();
  [bundle, cluster] = [undefined, undefined];
});

/** Runs a file of pgTAP tests and returns the lines that it prints. */
async function tap(url: string, file: string): Promise<string[]> {
  const { stdout } = await execa("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", file]);
  return stdout.split("\n");
}

test.each(readdirSync(projects))("project %s deploys unchanged, and its own tests pass", async (name) => {
  const supabase = path.join(projects, name, "supabase");
  const files = readBundleFiles(supabase);
  cluster = await startTestCluster();
  const hand = await cluster.client();
  bundle = new BundleUnderTest(name, cluster.url("postgres"), hand);
  bundle.inputs = { directory: supabase, files, dryRun: "live", watch: "database" };

  await bundle.preview();
  await bundle.up();
  expect(await bundle.up(), "the second up").toBe(false);
  expect(await bundle.refresh()).toEqual([]);

  const { rows } = await hand.query("select version from supabase_migrations.schema_migrations order by 1");
  expect(rows.map(({ version }) => version)).toEqual(
    Object.keys(files).map((file) => /\d{14}/.exec(file)?.[0]),
  );
  const seed = path.join(supabase, "seed.sql");
  if (existsSync(seed)) await hand.query(readFileSync(seed, "utf8"));
  expect(await bundle.refresh(), "after the seed").toEqual([]);

  const { rowCount } = await hand.query("select 1 from pg_available_extensions where name = 'pgtap'");
  if (rowCount === 0) {
    console.log("The server has no pgtap: the project's own tests are skipped.");
    return;
  }
  for (const file of readdirSync(path.join(supabase, "tests")).sort()) {
    const lines = await tap(cluster.url("postgres"), path.join(supabase, "tests", file));
    const plan = lines.filter((line) => /^1\.\.\d+$/.test(line)).map((line) => Number(line.slice(3)));
    expect(plan, file).toHaveLength(1);
    expect(
      lines.filter((line) => /^not ok|^# Looks like/.test(line)),
      `${file}\n${lines.join("\n")}`,
    ).toEqual([]);
    expect(
      lines.filter((line) => /^ok \d/.test(line)),
      file,
    ).toHaveLength(plan[0] ?? 0);
  }
});
