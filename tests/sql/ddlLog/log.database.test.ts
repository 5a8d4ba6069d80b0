import { afterAll, beforeAll, expect, test } from "vitest";
import { type BundledDatabase, startBundledDatabase } from "../support/database";

let database: BundledDatabase;
beforeAll(async () => {
  database = await startBundledDatabase();
});
afterAll(async () => await database.remove());

test("an entry has the current and the session user, the dashboard's comment and a hash of the statement, but not its text", async () => {
  await database.postgres.query(
    "set role app_owner; create table shared.later (id int);\n-- source: dashboard\n-- user: 4f6e\n",
  );
  await database.postgres.query("reset role");

  const { rows } = await database.postgres.query(
    "select session_role, acting_role, origin, length(statement_sha256) as hash, to_jsonb(l)::text as all from private.ddl_log l where object_identity = 'shared.later'",
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ session_role: "postgres", acting_role: "app_owner", hash: 64 });
  expect(rows[0].origin).toBe("source: dashboard\n-- user: 4f6e");
  expect(rows[0].all).not.toContain("create table");
});

test("the log cannot be changed, and API roles have no access", async () => {
  const { postgres } = database;
  await expect(postgres.query("update private.ddl_log set application = 'x'")).rejects.toThrow("append-only");
  await expect(postgres.query("delete from private.ddl_log")).rejects.toThrow("append-only");
  await expect(postgres.query("truncate private.ddl_log")).rejects.toThrow("append-only");
  const { rows } = await postgres.query(
    `select role, has_schema_privilege(role, 'private', 'usage') and has_table_privilege(role, 'private.ddl_log', 'select') as reads,
       has_table_privilege(role, 'private.ddl_log', 'insert') as writes
     from unnest('{anon,authenticated,service_role}'::name[]) as role`,
  );
  expect(rows.map(({ reads, writes }) => [reads, writes])).toEqual([
    [false, false],
    [false, false],
    [false, false],
  ]);
});

test("a session in which other triggers do not fire is logged, and cannot change the log or the audit trail", async () => {
  const { postgres } = database;
  const admin = await database.cluster.client("supabase_admin");
  await admin.query("grant set on parameter session_replication_role to postgres");
  await postgres.query("set session_replication_role = replica");
  try {
    await postgres.query("create table shared.in_replica_mode (id int)");
    await postgres.query("drop table shared.in_replica_mode");
    const attempts = ["private.ddl_log", "audit.entries"].flatMap((table) => [
      `delete from ${table}`,
      `truncate ${table}`,
    ]);
    for (const attempt of attempts) await expect(postgres.query(attempt)).rejects.toThrow("append-only");
  } finally {
    await postgres.query("reset session_replication_role");
    await admin.query("revoke set on parameter session_replication_role from postgres");
  }

  const { rows } = await postgres.query(
    "select tag from private.ddl_log where object_identity = 'shared.in_replica_mode' order by occurred_at",
  );
  expect(rows.map(({ tag }) => tag)).toEqual(["CREATE TABLE", "DROP TABLE"]);
});

test("a log that is locked or cannot be written neither fails nor delays a schema change", async () => {
  const { postgres } = database;
  const other = await database.cluster.client("supabase_admin");
  await other.query("begin; lock table private.ddl_log in access exclusive mode");
  const started = performance.now();
  await postgres.query("create table shared.while_locked (id int)");
  const waited = performance.now() - started;
  await other.query("rollback");
  expect(waited).toBeLessThan(5_000);

  await other.query("alter table private.ddl_log rename to moved");
  await postgres.query("create table shared.without_log (id int)");
  await other.query("alter table private.moved rename to ddl_log");
  const { rows } = await postgres.query(
    "select to_regclass('shared.while_locked') is not null as one, to_regclass('shared.without_log') is not null as two",
  );
  expect(rows).toEqual([{ one: true, two: true }]);
});

test("temporary tables are not logged", async () => {
  await database.postgres.query("create temporary table scratch (id int); drop table scratch");

  const { rows } = await database.postgres.query(
    "select from private.ddl_log where object_identity like '%scratch%'",
  );
  expect(rows).toEqual([]);
});
