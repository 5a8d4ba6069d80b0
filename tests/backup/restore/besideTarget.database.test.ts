import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BesideTarget, createBesideTarget } from "../../../backup/restore/besideTarget";
import { majorOf, startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let admin: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  admin = await cluster.client("supabase_admin");
});

afterAll(async () => void (await cluster?.remove()));

async function createBeside(database: string): Promise<BesideTarget> {
  const url = new URL(cluster.url("supabase_admin", database));
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await createBesideTarget(
      client,
      {
        ...{ host: "127.0.0.1", port: cluster.port, database, sslMode: "disable" },
        ...{ user: url.username, password: decodeURIComponent(url.password) },
      },
      () => undefined,
    );
  } finally {
    await client.end();
  }
}

async function databasesLike(name: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    "select datname as name from pg_database where datname like $1 order by 1",
    [`${name}%`],
  );
  return rows.map((row) => row.name);
}

it.each([
  ["with a locale of ICU", "of_icu", "locale_provider icu icu_locale 'de-DE'", 15],
  ["with rules of ICU", "with_rules", "locale_provider icu icu_locale 'de-DE' icu_rules '&a < g'", 16],
  ["with a locale of PostgreSQL", "of_postgres", "locale_provider builtin builtin_locale 'C.UTF-8'", 17],
  ["with a name whose characters have two bytes", "ü".repeat(31), "", 15],
])("a database %s is replaced by one with the same properties", async (_, name, options, since) => {
  if ((await majorOf(admin)) < since) return;
  const quoted = admin.escapeIdentifier(name);
  await admin.query(`create database ${quoted} template template0 ${options}`);
  const readProperties = async () =>
    (
      await admin.query(
        "select to_jsonb(d) - array['oid', 'datfrozenxid', 'datminmxid', 'datcollversion'] as properties, oid from pg_database d where datname = $1",
        [name],
      )
    ).rows[0];
  const before = await readProperties();
  const beside = await createBeside(name);

  expect(await beside.swap()).toEqual([]);

  const after = await readProperties();
  expect(after?.properties).toEqual(before?.properties);
  expect(after?.oid).not.toBe(before?.oid);
  const { rows: others } = await admin.query("select datname from pg_database where datname ~ '_restore_'");
  expect(others).toEqual([]);
});

it("a database that is a template is replaced and dropped, also one that a killed restore left", async () => {
  await admin.query("create database templated is_template true");
  await admin.query("create database templated_restore_01234567_replaced is_template true");

  expect(await (await createBeside("templated")).swap()).toEqual([]);

  expect(await databasesLike("templated")).toEqual(["templated"]);
  const { rows } = await admin.query("select datistemplate from pg_database where datname = 'templated'");
  expect(rows).toEqual([{ datistemplate: true }]);
  await admin.query("alter database templated is_template false");
});

it("the leftovers of a drop that a killed restore did not finish are dropped", async () => {
  await admin.query("create database interrupted");
  await admin.query("create database interrupted_restore_01234567");
  await admin.query(
    "update pg_database set datconnlimit = -2 where datname = 'interrupted_restore_01234567'",
  );
  // The control: such a database can only be dropped.
  const control = await cluster.client("supabase_admin");
  // The server ends its session.
  control.on("error", () => undefined);
  await expect(
    control.query("alter database interrupted_restore_01234567 is_template false"),
  ).rejects.toThrow("cannot alter invalid database");

  expect(await (await createBeside("interrupted")).swap()).toEqual([]);

  expect(await databasesLike("interrupted")).toEqual(["interrupted"]);
});

it("an old database that cannot be dropped is named, with its new name", async () => {
  await admin.query("create database subscribed");
  const client = new pg.Client({ connectionString: cluster.url("supabase_admin", "subscribed") });
  await client.connect();
  await client.query(
    "create subscription s connection 'host=localhost' publication p with (connect = false, slot_name = none)",
  );
  await client.end();

  const told = await (await createBeside("subscribed")).swap();

  const names = await databasesLike("subscribed");
  expect(names).toEqual(["subscribed", expect.stringMatching(/^subscribed_restore_[0-9a-f]{8}_replaced$/)]);
  expect(told).toEqual([
    expect.stringContaining(`the old database could not be dropped, and is now named ${names[1]}; drop it: `),
  ]);
});

it("the new database is dropped if it cannot replace the old one", async () => {
  await admin.query("create database removed");
  const beside = await createBeside("removed");
  await admin.query("drop database removed");

  await expect(beside.swap()).rejects.toThrow(
    'The restored database could not replace removed, which is unchanged: database "removed" does not exist.',
  );

  expect(await databasesLike("removed")).toEqual([]);
});
