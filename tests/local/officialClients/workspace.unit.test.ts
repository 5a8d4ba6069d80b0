import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { localPaths } from "../../../local/environment";
import { prepareWorkspace } from "../../../local/officialClients/workspace";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "the cli's workspace "));
});
afterEach(() => rmSync(folder, { recursive: true }));

const database = {
  projectRef: "abcdefghijklmnopqrst",
  url: "postgresql://postgres:secret@127.0.0.1:5432/postgres",
  password: "secret",
  secrets: { authProvidersGithubClientSecret: "github's" },
};

function paths() {
  const checkout = path.join(folder, "checkout");
  for (const name of ["sql/migrations", "functions", "local"])
    mkdirSync(path.join(checkout, name), { recursive: true });
  return localPaths(checkout, {});
}

test("the profile names the local API, and the working folder holds the checkout's migrations and functions", async () => {
  const local = paths();
  const { workdir, variables } = await prepareWorkspace(local, "http://127.0.0.1:9", database);

  expect(parse(readFileSync(variables.SUPABASE_PROFILE ?? "", "utf8"))).toMatchObject({
    api_url: "http://127.0.0.1:9",
    project_host: "supabase.co",
  });
  expect(readlinkSync(path.join(workdir, "supabase", "migrations"))).toBe(
    path.join(local.checkout, "sql", "migrations"),
  );
  expect(readlinkSync(path.join(workdir, "supabase", "functions"))).toBe(
    path.join(local.checkout, "functions"),
  );
  expect(variables).toMatchObject({
    SUPABASE_PROJECT_ID: database.projectRef,
    SUPABASE_DB_PASSWORD: "secret",
    SUPABASE_AUTH_EXTERNAL_GITHUB_SECRET: "github's",
    SUPABASE_TELEMETRY_DISABLED: "1",
  });
});

test("a second run keeps an edited config.toml and all other files", async () => {
  const local = paths();
  const { workdir } = await prepareWorkspace(local, "http://127.0.0.1:9", database);
  const config = path.join(workdir, "supabase", "config.toml");
  writeFileSync(config, 'project_id = "mine"\n');

  await prepareWorkspace(local, "http://127.0.0.1:9", undefined);

  expect(readFileSync(config, "utf8")).toBe('project_id = "mine"\n');
});

test("the launcher runs the CLI of the checkout on this local stack, from any folder", async () => {
  const local = paths();
  const script = "console.log(process.env.THORBIS_LOCAL_DIRECTORY, process.argv.slice(2).join('|'))";
  writeFileSync(path.join(local.checkout, "local", "run.mjs"), script);
  const { binDirectory } = await prepareWorkspace(local, "http://127.0.0.1:9", undefined);

  const output = execFileSync(path.join(binDirectory, "supabase"), ["db", "query", "select 1"], {
    encoding: "utf8",
  });

  expect(output).toBe(`${local.directory} supabase|db|query|select 1\n`);
});
