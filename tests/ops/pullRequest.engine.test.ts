import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { type Report, reportSchema } from "../../ops/report/model";
import { reportFile } from "../../ops/report/write";
import { expectNoProcesses } from "../support/processes";
import { repositoryOf } from "../support/repository";

// Previews a pull request without credentials, like the workflow `preview`: base and head are commits of a repository, and the
// stack, the engine, the database and the advisors are real.

const base = "refs/heads/base";
let folder: string;
let result: { readonly exitCode: number; readonly output: string };
let report: Report;

const migration = `-- Points of a customer, and a function without a search path.
alter table shared.customers add column points integer not null default 0;
create function shared.rank_of(points integer) returns text language sql immutable as
  $$ select case when points > 1000 then 'gold' else 'silver' end $$;
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pull request "));
  const checkout = path.join(folder, "stack");
  const repository = await repositoryOf(checkout);
  await execa("git", ["branch", "base"], { cwd: checkout });
  await writeFile(path.join(checkout, "sql", "migrations", "20270101000000_points.sql"), migration);
  repository.commit("Points");
  // Only the checkout in which the command runs already has packages; base and head install theirs.
  await execa("cp", ["-al", path.join(checkoutRoot(), "node_modules"), path.join(checkout, "node_modules")]);
  await mkdir(path.join(folder, "tmp"));
  const { THORBIS_LOCAL_DIRECTORY: _own, ...environment } = process.env;
  const run = await execa(
    "npm",
    ["run", "-s", "preview:pull-request", "--", "dev", "--base", base, "--out", "report"],
    {
      cwd: checkout,
      env: { ...environment, TMPDIR: path.join(folder, "tmp") },
      extendEnv: false,
      all: true,
      reject: false,
      stdin: "ignore",
    },
  );
  result = { exitCode: run.exitCode ?? -1, output: run.all };
  const file = path.join(checkout, "report", reportFile);
  if (!existsSync(file)) throw new Error(`the command wrote no report:\n${result.output}`);
  report = reportSchema.parse(JSON.parse(readFileSync(file, "utf8")));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the head is previewed against the base, and the preview succeeds", () => {
  expect(result, result.output).toMatchObject({ exitCode: 0 });
  expect(report).toMatchObject({ kind: "preview", stack: "like-dev", verdict: { status: "changes" } });
});

test("exactly the migration of the pull request is new, and nothing has drifted", () => {
  const [bundle, ...others] = report.bundles;
  const files = bundle?.files ?? [];

  expect(others).toEqual([]);
  expect(files.filter(({ reason }) => reason === "new").map(({ path: file }) => file)).toEqual([
    "sql/migrations/20270101000000_points.sql",
  ]);
  expect(bundle?.objects.map(({ object }) => object)).toContain("column shared.customers points");
  expect(report.drift).toEqual([]);
});

test("the report says what the migration blocks", () => {
  expect(report.bundles[0]?.locks).toMatchObject([
    { relation: "shared.customers", lock: "ACCESS EXCLUSIVE", rewritten: false },
  ]);
});

test("the report names the finding of Supabase's advisors that the change adds, and no older one", () => {
  const added = report.advisors?.added.map(({ name, detail }) => [name, detail.includes("rank_of")]);

  expect(added).toEqual([["function_search_path_mutable", true]]);
});

test("the copy is removed completely", async () => {
  await expectNoProcesses(path.join(folder, "tmp"));
});
