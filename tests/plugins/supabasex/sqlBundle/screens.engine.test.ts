import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { policyPackArguments } from "../../../../foundation/policyPack";
import { type BundleStack, createBundleStack } from "../../../support/bundleStack";
import { startTestCluster, type TestCluster } from "../../../support/cluster";

// The exact messages that the Pulumi CLI prints below the resource when a deployment fails.
let cluster: TestCluster;
let stack: BundleStack;
let serverMajor: number;

const applied = {
  "migrations/20260101000000_shop.sql": `create schema shop;
create table shop.customers (id bigint primary key, name text);
insert into shop.customers values (1, 'Ada'), (2, 'Ada');
`,
};
const migration = "migrations/20260102000000_next.sql";

beforeAll(async () => {
  cluster = await startTestCluster();
  const { rows } = await (await cluster.client()).query("show server_version_num");
  serverMajor = Math.floor(rows[0].server_version_num / 10_000);
  const sql = await mkdtemp(path.join(os.tmpdir(), "thorbis-screens-"));
  await write(sql, applied);
  stack = await createBundleStack({ databaseUrl: cluster.url(), sql });
  await rm(sql, { recursive: true });
  const first = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(first.exitCode, first.output).toBe(0);
  return async () => {
    await stack.remove();
    await cluster.remove();
  };
});

/** The files of the test, which are removed after it. */
const written: string[] = [];

afterEach(async () => {
  for (const name of written.splice(0)) await rm(path.join(stack.sql, name), { force: true });
  await write(stack.sql, applied);
});

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** Returns the output of the CLI below the resource when a bundle with these files is previewed or deployed. */
async function screen(
  command: "preview" | "up",
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  await write(stack.sql, files);
  written.push(...Object.keys(files));
  stack.configure({ dryRun: "live", ...settings });
  const result = await stack.pulumi(
    ...(command === "preview" ? ["preview"] : ["up", "--yes", "--skip-preview"]),
  );
  expect(result.exitCode, result.output).not.toBe(0);
  const [, block = ""] = result.output.split("\n  supabasex:index:SqlBundle (bundle):\n");
  return `${block.slice(0, block.indexOf("\n\n"))}\n`;
}

const syntaxError = {
  [migration]: "create table shop.orders (\n  id bigint primary key,\n  total numeric(10,2) not nul\n);\n",
};
const missingTable = {
  "repeatable/totals.sql": "create or replace view shop.totals as\n\tselect o.total\n\tfrom shop.orders o;\n",
};
const sqlBody = {
  "repeatable/label.sql": `create or replace function shop.label(customer bigint) returns text
language sql stable as $$
  select name from shop.customers where id = customer + 'größe'::text
$$;
`,
};
const plpgsqlBody = {
  "repeatable/label.sql": `create or replace function shop.label(customer bigint) returns text
language plpgsql stable as $$
begin
  return (select name + customer from shop.customers where id = customer);
end $$;
`,
};
const permissionDenied = { [migration]: "select 1;\n\nalter table auth.users add column nickname text;\n" };
const uniqueViolation = {
  [migration]: `alter table shop.customers add column handle text;
update shop.customers set handle = lower(name);
alter table shop.customers add constraint handle_is_unique unique (handle);
`,
};
const edited = { "migrations/20260101000000_shop.sql": "create schema shop;\n" };

test("a table without row-level security, which the policy pack reports in the dry run", async () => {
  const judged = async (files: Readonly<Record<string, string>>) => {
    await write(stack.sql, files);
    written.push(...Object.keys(files));
    stack.configure({ dryRun: "live" });
    return await stack.pulumi("preview", ...policyPackArguments());
  };
  const closed = "alter table shop.customers enable row level security;\n";

  const both = await judged({ [migration]: "create table shop.orders (id bigint primary key);\n" });
  const other = await judged({ [migration]: `${closed}create table shop.orders (id bigint primary key);\n` });
  const none = await judged({ [migration]: closed });

  expect(both.exitCode).not.toBe(0);
  expect(both.output).toContain(
    "bundle must enable row-level security on shop.customers, shop.orders: without it every role with a grant reads every tenant's rows.",
  );
  expect(other.exitCode).not.toBe(0);
  expect(other.output).toContain("bundle must enable row-level security on shop.orders: without it");
  expect(none.exitCode, none.output).toBe(0);
});

test("a syntax error", async () => {
  expect(await screen("preview", syntaxError)).toBe(`\
    error: Preview failed: sql/migrations/20260102000000_next.sql:3:27: syntax error at or near "nul" (42601)
      3 |   total numeric(10,2) not nul
        |                           ^
      hint: PostgreSQL ${serverMajor} does not accept the text here: correct it; nothing was changed.
`);
});

test("a missing table", async () => {
  expect(await screen("preview", missingTable)).toBe(`\
    error: Preview failed: sql/repeatable/totals.sql:3:7: relation "shop.orders" does not exist (42P01)
      3 | \tfrom shop.orders o;
        | \t     ^
      hint: This table or view does not exist when the file runs: correct the name, or create it in an earlier migration.
`);
});

test("a type mismatch in an SQL function, which the server reports", async () => {
  expect(await screen("preview", sqlBody)).toBe(`\
    error: Preview failed: sql/repeatable/label.sql:3:55: operator does not exist: bigint + text (42883)
      3 |   select name from shop.customers where id = customer + 'größe'::text
        |                                                       ^
      hint: No operator matches the given name and argument types. You might need to add explicit type casts.
`);
});

test("a type mismatch in a PL/pgSQL function, which plpgsql_check reports", async ({ skip }) => {
  const { rowCount } = await (await cluster.client()).query(
    "select from pg_available_extensions where name = 'plpgsql_check'",
  );
  skip(rowCount === 0, "plpgsql_check is not installed on this server");

  expect(await screen("preview", plpgsqlBody)).toBe(`\
    error: Preview failed: sql/repeatable/label.sql:4:23: operator does not exist: text + bigint (42883)
      4 |   return (select name + customer from shop.customers where id = customer);
        |                       ^
      hint: No operator matches the given name and argument types. You might need to add explicit type casts. A call would fail here; if not, write \`-- no body check\` into the body.
      where: PL/pgSQL function shop.label(bigint) line 3 at RETURN
`);
});

test("permission denied", async () => {
  expect(await screen("preview", permissionDenied)).toBe(`\
    error: Preview failed: sql/migrations/20260102000000_next.sql:3:1: must be owner of table users (42501)
      3 | alter table auth.users add column nickname text;
        | ^
      hint: Another role owns it: begin the file with \`set local role\` and the owner. The platform's own objects cannot be changed.
`);
});

test.each([
  ["preview", "Preview failed: "],
  ["up", ""],
] as const)("a unique violation in a backfill: %s", async (command, prefix) => {
  expect(await screen(command, uniqueViolation)).toBe(`\
    error: ${prefix}sql/migrations/20260102000000_next.sql:3:1: could not create unique index "handle_is_unique" (23505)
      3 | alter table shop.customers add constraint handle_is_unique unique (handle);
        | ^
      detail: Key (handle)=(ada) is duplicated.
      hint: Two rows have this key: change or leave out one of them before this statement.
`);
});

test("a lock that is not released, with its holder", async () => {
  const holder = await cluster.client();
  const { pid } = (await holder.query("select pg_backend_pid() as pid")).rows[0];
  await holder.query("set application_name = 'psql'");
  await holder.query("begin");
  await holder.query("select count(*) from shop.customers");

  const printed = await screen(
    "up",
    { [migration]: "alter table shop.customers add column handle text;\n" },
    { limits: { lockTimeoutSeconds: 1, lockRetries: 0 } },
  );
  await holder.query("rollback");

  expect(printed.replace(/for \d+ s/, "for 9 s")).toBe(`\
    error: sql/migrations/20260102000000_next.sql:1:1: canceling statement due to lock timeout (55P03)
      1 | alter table shop.customers add column handle text;
        | ^
      detail: Blocked by process ${pid} (psql, idle in transaction, for 9 s): select count(*) from shop.customers
      hint: Wait until it has ended, or end it (select pg_terminate_backend(${pid})); then run the command again.
`);
});

test.each([
  ["preview", "Preview failed: "],
  ["up", ""],
] as const)("an edited migration: %s", async (command, prefix) => {
  expect(await screen(command, edited)).toBe(`\
    error: ${prefix}sql/migrations/20260101000000_shop.sql was edited after it was applied. Applied migrations must not change.
      applied: sha256 4ae0c0400197f2c29fa854f81485bae395c932f13340d9df7ac8d687f3b4988a
      now:     sha256 9868b1b0e05e574af8af6325a0fdc14c5ebce295155c9b7fa41df539cfc1e97f
      Restore the file, or put the change into a new migration.
`);
});
