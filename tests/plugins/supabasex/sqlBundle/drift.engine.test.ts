import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BundleStack, createBundleStack } from "../../../support/bundleStack";
import { startTestCluster, type TestCluster } from "../../../support/cluster";
import {
  type BundleChange,
  bundleChanges,
  driftBundleDirectory,
  driftPrerequisites,
  type HarmlessChange,
  harmlessChanges,
} from "../../../support/drift";
import { sliceOf } from "../../../support/slice";

// Changes of docs/drift.md on the real engine: what `pulumi refresh` prints, and what the next `pulumi up` does. One of three groups of
// changes runs, or all with EVERY_CASE=1; catalogDrift.database.test.ts runs every change without the engine.
let cluster: TestCluster;
let hands: Readonly<Record<"postgres" | "supabase_admin", pg.Client>>;
let stack: BundleStack;

beforeAll(async () => {
  cluster = await startTestCluster();
  hands = { postgres: await cluster.client(), supabase_admin: await cluster.client("supabase_admin") };
  await hands.postgres.query(driftPrerequisites);
  stack = await createBundleStack({ databaseUrl: cluster.url(), sql: driftBundleDirectory });
  expect(await up()).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await stack?.remove();
  await cluster?.remove();
});

const up = () => stack.pulumi("up", "--yes", "--skip-preview");

async function run(change: BundleChange, statements: string): Promise<void> {
  const hand = hands[change.as ?? "postgres"];
  await hand.query("begin");
  try {
    await hand.query(statements);
    await hand.query("commit");
  } catch (error) {
    await hand.query("rollback");
    throw new Error(`${change.name}: ${String(error)}`);
  }
}

const pathOf = (report: string) => report.slice(report.indexOf(" ") + 1);
const identityOf = (report: string) => /^live\["((?:[^"\\]|\\.)*)"\]/.exec(pathOf(report))?.[1] ?? "";
const pathsOf = (changes: readonly BundleChange[]) =>
  changes.flatMap(({ reports }) => reports.map(pathOf)).sort();

/**
 * Returns whether a change undoes other changes of its object, because it drops, renames or recreates it. All other changes can be
 * combined.
 */
const replaces = ({ change }: BundleChange) =>
  !/^(alter|grant|revoke|comment) /.test(change) || /\b(create|drop|rename|set schema)\b/.test(change);

/**
 * Divides changes into groups whose changes do not undo each other, and returns those of this run. Changes of schemas come last,
 * because they determine who may change the objects in them.
 */
function independent(all: readonly BundleChange[]): BundleChange[][] {
  const ofSchema = ({ reports }: BundleChange) => reports.some((report) => report.includes('["schema '));
  const groups: { changes: BundleChange[]; taken: Set<string> }[] = [];
  for (const change of [...all.filter((one) => !ofSchema(one)), ...all.filter(ofSchema)]) {
    const identities = change.reports.map(identityOf);
    const paths = change.reports.map(pathOf);
    // A replacement excludes any other change of the object; a change of a property, the same property and replacements.
    const collides = replaces(change)
      ? identities.map((name) => `any ${name}`)
      : [...paths, ...identities.map((name) => `whole ${name}`)];
    let group = groups.find(({ taken }) => !collides.some((key) => taken.has(key)));
    if (group === undefined) {
      group = { changes: [], taken: new Set() };
      groups.push(group);
    }
    group.changes.push(change);
    for (const path of paths) group.taken.add(path);
    for (const name of identities) {
      group.taken.add(`any ${name}`);
      if (replaces(change)) group.taken.add(`whole ${name}`);
    }
  }
  return sliceOf(groups, 3).map(({ changes }) => changes);
}

/** Expects that refresh prints these paths and no others, and each line names the object. */
async function expectDrift(paths: readonly string[]): Promise<void> {
  const drift = await stack.drift();
  expect(drift.paths).toEqual([...paths].sort());
  expect(drift.exitCode, drift.output).toBe(paths.length === 0 ? 0 : 7);
}

async function expectReported(changes: readonly BundleChange[]): Promise<void> {
  await expectDrift(pathsOf(changes));
}

test("changes that up repairs: every path is printed, and none after one up", async () => {
  for (const changes of independent(bundleChanges.filter(({ repairedBy }) => repairedBy === "up"))) {
    for (const change of changes) await run(change, change.change);
    await expectReported(changes);

    const repaired = await up();

    expect(repaired.exitCode, repaired.output).toBe(0);
  }
  await expectDrift([]);
});

test("extra objects stay reported; with prune: drop, up drops those that it may drop and reports the rest", async () => {
  const extras = bundleChanges.filter(
    ({ repairedBy, refusal }) => repairedBy !== "up" && refusal === undefined,
  );
  for (const changes of independent(extras)) {
    for (const change of changes) await run(change, change.change);
    await expectReported(changes);

    expect(await up()).toMatchObject({ exitCode: 0 });
    const left = changes.map((change) => ({
      ...change,
      reports: change.reports.filter((report) => !report.startsWith("missing ")),
    }));
    await expectReported(left);

    stack.configure({ prune: "drop" });
    expect(await up()).toMatchObject({ exitCode: 0 });
    stack.configure({});
    const reported = changes.filter(({ repairedBy }) => repairedBy === "hand");
    await expectReported(reported);

    for (const change of reported) await run(change, change.reverse);
  }
  await expectDrift([]);
});

test("a change that cannot be repaired without data loss stops the up, which names it with the statement and changes nothing", async () => {
  for (const changes of independent(bundleChanges.filter(({ refusal }) => refusal !== undefined))) {
    for (const change of changes) await run(change, change.change);
    await expectReported(changes);

    const stopped = await up();

    expect(stopped.exitCode, stopped.output).not.toBe(0);
    for (const { refusal } of changes) expect(stopped.output).toContain(refusal);
    await expectReported(changes);
    for (const change of changes) await run(change, change.reverse);
  }
  await expectDrift([]);
});

test("a rogue policy stays reported after other deployments; with prune: drop, the preview announces its removal", async () => {
  const write = (name: string, text: string) => writeFile(path.join(stack.sql, name), text);
  const rogue = ['live["policy shared.customers rogue"]'];
  await hands.postgres.query("create policy rogue on shared.customers for select to anon using (true)");
  await expectDrift(rogue);

  expect(await stack.pulumi("refresh", "--yes")).toMatchObject({ exitCode: 0 });
  await expectDrift(rogue);
  await write("repeatable/unrelated.sql", "comment on schema internal is 'changed by a file';\n");
  expect(await up()).toMatchObject({ exitCode: 0 });
  await expectDrift(rogue);
  // On the table of the policy.
  await write("migrations/20270101000000_next.sql", "alter table shared.customers add column vip boolean;\n");
  expect(await up()).toMatchObject({ exitCode: 0 });
  await expectDrift(rogue);
  await rename(
    path.join(stack.sql, "repeatable/unrelated.sql"),
    path.join(stack.sql, "repeatable/renamed.sql"),
  );
  const renamed = await up();
  expect(renamed.exitCode, renamed.output).toBe(0);
  await expectDrift(rogue);

  stack.configure({ prune: "drop" });
  expect((await stack.pulumi("preview")).output).toContain(
    "\n      policy shared.customers rogue: not made by the bundle: permissive for select to anon using (true) [opens]\n        drop policy rogue on shared.customers\n",
  );
  stack.configure({ prune: "drop", dryRun: "live" });
  expect((await stack.pulumi("preview")).output).toContain("\n      - policy shared.customers rogue\n");
  expect(await up()).toMatchObject({ exitCode: 0 });
  stack.configure({});
  await expectDrift([]);
});

test("all normal activity at once: refresh reports nothing", async () => {
  // The open transaction holds locks for which the others would wait, so it comes last and stays open.
  const opens = ({ name }: HarmlessChange) => name === "a transaction is open";
  const closes = ({ statements }: HarmlessChange) => statements.join() === "rollback";
  const others = harmlessChanges.filter((change) => !opens(change) && !closes(change));
  for (const { statements, as = "postgres" } of [...others, ...harmlessChanges.filter(opens)]) {
    const hand = await cluster.client(as);
    for (const statement of statements) await hand.query(statement);
  }

  await expectDrift([]);
});
