import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Catalog,
  partsOfIdentity,
  readCatalog,
} from "../../plugins/supabasex/provider/sqlBundle/catalog";
import { platformSchemas } from "../../plugins/supabasex/provider/sqlBundle/catalog/managedObjects";
import { seededRandom } from "../support/random";
import { createTestStack, onlySql, type TestStack } from "../support/testStack";

// The whole local stack on the real engine: manual changes, and the reaction of refresh and up.
const seed = Number(process.env.SEED ?? 20261122);

let database: pg.Client;
let stack: TestStack;

beforeAll(async () => {
  stack = await createTestStack();
  const deployed = await up();
  expect(deployed.exitCode, deployed.output).toBe(0);
  database = await stack.database();
});

afterAll(async () => {
  await stack?.remove();
});

const refresh = (...more: string[]) =>
  stack.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff", ...more);
const up = (...more: string[]) => stack.pulumi("up", "--yes", "--skip-preview", ...more);

/** A possible manual change to one object of each kind. The statement receives the object's quoted name. */
const changesByKind: Record<string, (name: string) => string> = {
  policy: (name) => `drop policy ${policyOnTable(name)}`,
  function: (name) => `alter function ${name} set work_mem = '8MB'`,
  view: (name) => `drop view ${name} cascade`,
  table: (name) => `alter table ${name} no force row level security; grant select on ${name} to anon`,
  trigger: (name) => `alter table ${tableOfTrigger(name)} disable trigger ${lastWord(name)}`,
  index: (name) => `comment on index ${name} is 'changed by hand'`,
  schema: (name) => `grant create on schema ${name} to anon`,
  "cron job": (name) => `select cron.unschedule('${name.replace(/ of \w+$/, "")}')`,
  publication: (name) => `alter publication ${name} set (publish = 'insert')`,
  "publication table": (name) => `alter publication ${name.replace(" ", " drop table ")}`,
};

const lastWord = (name: string) => name.slice(name.lastIndexOf(" ") + 1);
const tableOfTrigger = (name: string) => name.slice(0, name.lastIndexOf(" "));
const policyOnTable = (name: string) => `${lastWord(name)} on ${tableOfTrigger(name)}`;

const isOfPlatform = (identity: string) =>
  new RegExp(platformSchemas).test(partsOfIdentity(identity).schema ?? "");

/** Returns one object of each kind, selected by the seed from the bundle's objects in its own schemas. */
function pickObjects(catalog: Catalog): { identity: string; statement: string }[] {
  const random = seededRandom(seed);
  return Object.entries(changesByKind).map(([kind, change]) => {
    const names = Object.keys(catalog)
      .filter(
        (identity) =>
          identity.startsWith(`${kind} `) &&
          !isOfPlatform(identity) &&
          !(kind === "publication" && / table /.test(identity)),
      )
      .map((identity) => identity.slice(kind.length + 1))
      // Excludes partitions, which jobs create and drop, the schema public, and the platform's tables except for our policies on them.
      .filter((name) => !/^public$|_\d{4}_\d{2}/.test(name));
    const name = names[Math.floor(random() * names.length)];
    if (name === undefined) throw new Error(`the bundle creates no ${kind}`);
    return { identity: `${kind} ${name}`, statement: change(name) };
  });
}

test(`a manual change to one object of each kind: refresh names it, up repairs it (SEED=${seed})`, async () => {
  expect(await refresh()).toMatchObject({ exitCode: 0 });
  const before = await readCatalog(database);
  const picked = pickObjects(before);
  for (const { statement } of picked) await database.query(statement);

  const drifted = await refresh();

  expect(drifted.exitCode, drifted.output).toBe(7);
  for (const { identity } of picked) expect(drifted.output).toContain(identity);

  const repaired = await up();

  expect(repaired.exitCode, repaired.output).toBe(0);
  // A grant outside of the bundle is reported, and only revoked by `sql.prune: drop`.
  for (const { identity, statement } of picked) {
    if (statement.includes("grant create")) await database.query(`revoke create on ${identity} from anon`);
    if (statement.includes("grant select")) await database.query(`revoke select on ${identity} from anon`);
  }
  expect(await readCatalog(database)).toEqual(before);
  const settled = await refresh();
  expect(settled.exitCode, settled.output).toBe(0);
});

test("a rogue policy stays reported, through an unrelated deploy and through refresh --yes, until prune drops it", async () => {
  await database.query("create policy rogue on shared.customers for select to anon using (true)");
  const identity = "policy shared.customers rogue";
  const reported = async () => {
    const result = await refresh(...onlySql);
    expect(result.exitCode, result.output).toBe(7);
    expect(result.output).toContain(identity);
  };
  await reported();

  const repeatable = path.join(stack.project, "sql/repeatable/views/monitoring.slow_queries.sql");
  await writeFile(repeatable, `${await readFile(repeatable, "utf8")}\n-- An unrelated change.\n`);
  expect(await up(...onlySql)).toMatchObject({ exitCode: 0 });
  await reported();

  await rename(repeatable, path.join(path.dirname(repeatable), "slow_queries.sql"));
  expect(await up(...onlySql)).toMatchObject({ exitCode: 0 });
  await reported();

  await writeFile(
    path.join(stack.project, "sql/migrations/20270101000000_add_nickname.sql"),
    "alter table shared.customers add column nickname text;\n",
  );
  expect(await up(...onlySql)).toMatchObject({ exitCode: 0 });
  await reported();

  expect(await stack.pulumi("refresh", "--yes", "--skip-preview", ...onlySql)).toMatchObject({ exitCode: 0 });
  await reported();

  await stack.pulumi("config", "set", "--path", "thorbis-supabase:sql.prune", "drop");
  const preview = await stack.pulumi("preview", "--diff", ...onlySql);
  expect(preview.output).toContain(identity);
  expect(await up(...onlySql)).toMatchObject({ exitCode: 0 });
  const { rowCount } = await database.query("select 1 from pg_policies where policyname = 'rogue'");
  expect(rowCount).toBe(0);
  expect(await refresh()).toMatchObject({ exitCode: 0 });
});
