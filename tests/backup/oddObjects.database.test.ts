import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { splitStatements } from "../../backup/postgres/sqlText";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { type Portrait, takePortrait } from "./support/portrait";
import { startTestStore, type TestStore } from "./support/store";

let cluster: TestCluster;
let store: TestStore;

beforeAll(async () => {
  [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
});

afterAll(async () => {
  await Promise.all([cluster?.remove(), store?.remove()]);
});

/** Returns the environment of a superuser's backup of a database. */
function environmentOf(database: string): Record<string, string> {
  const { username, password } = new URL(cluster.url("supabase_admin", database));
  return {
    ...taskEnvironment(cluster, store),
    PGDATABASE: database,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
  };
}

/** Creates rare objects of every kind, which only a superuser can create all. The files depend on each other in the order of their names. */
async function createOddObjects(client: pg.Client): Promise<void> {
  const folder = path.join(__dirname, "support", "oddObjects");
  for (const name of readdirSync(folder).sort())
    for (const statement of splitStatements(readFileSync(path.join(folder, name), "utf8")))
      await client.query(statement);
}

async function create(database: string): Promise<void> {
  await (await cluster.client("supabase_admin")).query(`create database ${database}`);
}

/**
 * Removes the objects that a restore reports and does not restore: the database's own comments on extensions, and grants on
 * PostgreSQL's schemas.
 */
function withoutReported({ schema, access, ...rest }: Portrait): unknown {
  return {
    ...rest,
    schema: schema.filter((line) => !line.startsWith("COMMENT ON EXTENSION hstore")),
    access: access.filter((line) => !line.includes('"name":"information_schema"')),
  };
}

it("a database with rare objects and changes to PostgreSQL's own objects is restored identically on a plain server", async () => {
  await create("source");
  await create("target");
  const connectionString = cluster.url("supabase_admin", "source");
  const client = new pg.Client({ connectionString });
  await client.connect();
  await createOddObjects(client);
  await client.end();
  const environment = environmentOf("source");
  const { manifest } = await run(commandContext(environment));
  expect(manifest.notCovered.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      "function pg_catalog.odd_addition()",
      "type pg_catalog.odd_domain",
      "function of access method function 1 (odd.my_int, odd.my_int) of pg_catalog.integer_ops USING hash",
      "state of foreign key refers_tree_id_at_region_fkey on odd.refers_tree_all",
    ]),
  );
  const context = commandContext({
    ...environment,
    RESTORE_DATABASE_URL: `${cluster.url("supabase_admin", "target")}?sslmode=disable`,
  });
  await restore({ run: manifest.run }, context);
  expect(context.progressed.filter((line) => line.startsWith("not restored"))).toEqual([
    'not restored: system schema information_schema: grants "odd_owner: CREATE, public: USAGE" in the backup, "public: USAGE" here',
  ]);
  // Its state is reported as not covered.
  const source = new pg.Client({ connectionString });
  await source.connect();
  await source.query("alter table odd.refers_tree_all enable trigger all");
  await source.end();
  const [before, after] = [
    await takePortrait(connectionString),
    await takePortrait(cluster.url("supabase_admin", "target")),
  ];
  expect(withoutReported(after)).toEqual(withoutReported(before));
  expect(before.access.join("\n")).toContain('"kind":"system text search configuration"');
}, 300_000);

it("settings that the target does not support and labels of roles are reported, and everything else is restored", async () => {
  await create("with_settings");
  await create("without_settings");
  const admin = await cluster.client("supabase_admin");
  await admin.query(`
    create role labelled;
    insert into pg_shseclabel (objoid, classoid, provider, label) values ('labelled'::regrole, 'pg_authid'::regclass, 'anon', 'MASKED');
    alter database with_settings set lock_timeout = '3s';
    alter database with_settings set lc_monetary = 'C';
    update pg_db_role_setting set setconfig = array_replace(setconfig, 'lc_monetary=C', 'lc_monetary=xx_XX');
    alter role all set lock_timeout = '7s'`);
  const environment = environmentOf("with_settings");
  try {
    const { manifest } = await run(commandContext(environment));
    expect(manifest.notCovered.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["setting lock_timeout of all roles", "security label of role labelled"]),
    );
    const RESTORE_DATABASE_URL = `${cluster.url("supabase_admin", "without_settings")}?sslmode=disable`;
    const context = commandContext({ ...environment, RESTORE_DATABASE_URL });
    await restore({ run: manifest.run }, context);
    expect(context.progressed).toContain(
      "not restored: setting lc_monetary of the database: its value is invalid on this server (22023)",
    );
    const { rows } = await admin.query(
      "select setconfig from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = 'without_settings')",
    );
    expect(rows).toEqual([{ setconfig: ["lock_timeout=3s"] }]);
  } finally {
    await admin.query("alter role all reset lock_timeout; drop role labelled");
  }
});
