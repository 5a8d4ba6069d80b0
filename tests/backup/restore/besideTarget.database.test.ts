import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBesideTarget } from "../../../backup/restore/besideTarget";
import { majorOf, startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let admin: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  admin = await cluster.client("supabase_admin");
});

afterAll(async () => void (await cluster?.remove()));

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
  const url = new URL(cluster.url("supabase_admin", name));
  const settings = {
    host: "127.0.0.1",
    port: cluster.port,
    database: name,
    user: url.username,
    password: decodeURIComponent(url.password),
    sslMode: "disable" as const,
  };
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const beside = await createBesideTarget(client, settings);
  await client.end();

  await beside.swap();

  const after = await readProperties();
  expect(after?.properties).toEqual(before?.properties);
  expect(after?.oid).not.toBe(before?.oid);
  const { rows: others } = await admin.query("select datname from pg_database where datname ~ '_restore_'");
  expect(others).toEqual([]);
});
