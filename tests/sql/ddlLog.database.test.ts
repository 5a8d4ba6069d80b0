import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readAuthors } from "../../plugins/supabasex/provider/sqlBundle/history/ddlLog";
import { type BundledDatabase, startBundledDatabase } from "./support/database";

let database: BundledDatabase;
beforeAll(async () => {
  database = await startBundledDatabase();
  await database.postgres.query("set application_name = 'psql'");
  await database.postgres.query(
    "create function public.g(a integer) returns integer language sql as 'select a'",
  );
  await database.postgres.query(`
    create role second_owner; create role third_owner;
    grant second_owner, third_owner to postgres;
    grant create on schema public to second_owner, third_owner;
    create view public.owned_by_one as select 1 as one;
    create policy for_third on shared.tenants for select to third_owner, anon using (false)`);
  await database.postgres.query('create table shared."Odd" (id int); create table shared."Odd(x)" (id int)');
});
afterAll(async () => await database.remove());

/** This stack's deployments, of which the last one ended before all changes here, and the bundle's tables. */
const subject = {
  tables: ["table private.ddl_log"],
  application: "supabasex thorbis prod",
  deployedAt: async () => "2026-01-01",
};

const author = /^by postgres via psql from 127\.0\.0\.1 at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

const changes: readonly (readonly [statement: string, identity: string])[] = [
  ["create policy open on shared.customers for select to anon using (true)", "policy shared.customers open"],
  ["alter policy open on shared.customers using (false)", "policy shared.customers open"],
  ["drop policy open on shared.customers", "policy shared.customers open"],
  ["alter table shared.metrics disable row level security", "table shared.metrics"],
  ["grant select on shared.tenants to anon", "table shared.tenants"],
  ["create view public.everyone as select 1 as one", "view public.everyone"],
  [
    "create function public.f(a text, b integer) returns text language sql as 'select a'",
    "function public.f(text, integer)",
  ],
  ["alter table retail.products add column extra text", "column retail.products extra"],
  ["create schema leak", "schema leak"],
  [
    "alter publication supabase_realtime add table shared.recovery_checkpoints",
    "publication table supabase_realtime shared.recovery_checkpoints",
  ],
];

test.each(changes)("%s", async (statement, identity) => {
  await database.postgres.query(statement);

  expect((await readAuthors(database.postgres, [{ identity }], subject)).get(identity)).toMatch(author);
});

/** What one colleague did before, the change that another one made, and whom the report names. */
const attributions: readonly {
  readonly before: string;
  readonly change: string;
  readonly of: readonly [identity: string, property: string];
  readonly named: RegExp;
}[] = [
  {
    before: "grant select on shared.recovery_checkpoints to service_role",
    change: "grant select on shared.recovery_checkpoints, shared.tenants to anon",
    of: ["table shared.recovery_checkpoints", "grants"],
    named: /^by postgres via second .* UTC, or by postgres via first .* UTC$/,
  },
  {
    before: "comment on table shared.users is 'x'",
    change: "grant select on all tables in schema shared to anon",
    of: ["table shared.users", "grants"],
    named: /^by postgres via second [^,]* UTC$/,
  },
  {
    before: "grant select on shared.presence to service_role",
    change: "grant select on shared.presence to anon; grant select on shared.users to anon",
    of: ["table shared.presence", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant select on retail.orders to service_role",
    change: 'grant select on "retail"."orders" to anon',
    of: ["table retail.orders", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant select on retail.products to service_role",
    change: "set search_path = retail; grant select on products to anon; reset search_path",
    of: ["table retail.products", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant execute on function public.g(integer) to service_role",
    change: "grant execute on function public.g(int) to anon",
    of: ["function public.g(integer)", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant select on shared.presence to service_role",
    change: "GRANT SELECT ON SHARED.PRESENCE TO anon",
    of: ["table shared.presence", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant select on retail.orders to service_role",
    change: "grant select on postgres.retail.orders to anon",
    of: ["table retail.orders", "grants"],
    named: /^by postgres via second .*, or by postgres via first /,
  },
  {
    before: "grant select on retail.orders to service_role",
    change: "GRANT SELECT ON postgres.RETAIL.PRODUCTS TO anon",
    of: ["table retail.orders", "grants"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: 'grant select on shared."Odd(x)" to service_role',
    change: 'grant select on shared."Odd" to anon',
    of: ['table shared."Odd(x)"', "grants"],
    named: /^by postgres via first /,
  },
  {
    before: "alter table retail.products disable row level security",
    change: "grant select on retail.products to anon",
    of: ["table retail.products", "rowSecurity"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "grant select on retail.products to anon",
    change: "alter table retail.products disable row level security",
    of: ["table retail.products", "grants"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "alter policy tenant_isolation on shared.tenants using (true)",
    change: "comment on policy tenant_isolation on shared.tenants is 'x'",
    of: ["policy shared.tenants tenant_isolation", "using"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "comment on trigger set_updated_at on shared.tenants is 'x'",
    change: "alter table shared.tenants disable trigger set_updated_at",
    of: ["trigger shared.tenants set_updated_at", "enabled"],
    named: /^by postgres via second (?!.*via first)/,
  },
  {
    before: "comment on column shared.tenants.name is 'x'",
    change: "alter table shared.tenants alter column name drop not null",
    of: ["column shared.tenants name", "comment"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "alter view public.owned_by_one owner to second_owner",
    change: "reassign owned by second_owner to third_owner",
    of: ["view public.owned_by_one", "owner"],
    named:
      /^by postgres via first [^,]* UTC, or by an unknown user with `reassign owned`, which is not logged$/,
  },
  {
    before: "alter policy for_third on shared.tenants using (true)",
    change: "drop owned by third_owner",
    of: ["policy shared.tenants for_third", "roles"],
    named: /^by postgres via second [^,]* UTC, or by postgres via first [^,]* UTC$/,
  },
  {
    before: "create schema namesake",
    change: "create publication namesake",
    of: ["schema namesake", "grants"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "create policy twin on retail.products for select to anon using (true)",
    change:
      "create trigger twin before update on retail.products for each row execute function suppress_redundant_updates_trigger()",
    of: ["policy retail.products twin", "using"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "alter default privileges in schema public grant select on tables to anon",
    change: "alter default privileges in schema public grant execute on functions to anon",
    of: ["default privileges postgres in public tables", "grants"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "alter default privileges for role app_owner in schema shared grant select on tables to anon",
    change: "alter default privileges for role app_owner in schema retail grant select on tables to anon",
    of: ["default privileges app_owner in shared tables", "grants"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "alter default privileges for role app_owner grant usage on types to anon",
    change: "alter default privileges for role app_owner, postgres grant usage on types to service_role",
    of: ["default privileges app_owner types", "grants"],
    named: /^by postgres via second [^,]* UTC, or by postgres via first [^,]* UTC$/,
  },
  {
    before: "comment on trigger refuse_change on private.ddl_log is 'x'",
    change: "drop trigger refuse_change on private.ddl_log_default",
    of: ["trigger private.ddl_log refuse_change", "partitions"],
    named: /^by postgres via second [^,]* UTC$/,
  },
  {
    before:
      "create table audit.entries_1999 partition of audit.entries for values from ('1999-01-01') to ('1999-02-01')",
    change: "alter table audit.entries_default set (fillfactor = 90)",
    of: ["trigger audit.entries refuse_audit_change", "partitions"],
    named: /^by postgres via first [^,]* UTC$/,
  },
  {
    before: "create schema leaking",
    change: "drop schema leaking",
    of: ["replication slot leaking", "plugin"],
    named: /^by unknown$/,
  },
];

test.each(attributions)(
  "after `$before`, the author of `$change` is not confused with another",
  async (made) => {
    const { postgres } = database;
    const [identity, property] = made.of;
    try {
      await postgres.query("set application_name = 'first'");
      await postgres.query(made.before);
      await postgres.query("set application_name = 'second'");
      await postgres.query(made.change);
    } finally {
      await postgres.query("set application_name = 'psql'");
    }

    const authors = await readAuthors(postgres, [{ identity, property }], subject);

    expect(authors.get(`${identity}, ${property}`)).toMatch(made.named);
  },
);

test("the name of the deployments proves nothing: an entry with it is shown, and never taken for their work", async () => {
  const { postgres } = database;
  const identity = "view shared.deployed";
  const after = async (deployedAt: string | undefined) =>
    (await readAuthors(postgres, [{ identity }], { ...subject, deployedAt: async () => deployedAt })).get(
      identity,
    );
  await postgres.query("set application_name = 'supabasex thorbis prod 1a2b3c4d by ci'");
  await postgres.query("create view shared.deployed as select 1 as one");
  await postgres.query("set application_name = 'psql'");

  const entry = String.raw`by postgres via supabasex thorbis prod 1a2b3c4d by ci from \S+ at [\d :-]+ UTC`;
  const earlier = new RegExp(`^by unknown; last logged change ${entry}$`);
  expect(await after("infinity")).toMatch(earlier);
  expect(await after(undefined)).toMatch(earlier);
  expect(await after("2026-01-01")).toMatch(
    new RegExp(
      `^${entry}, after the last completed deployment: a run that stopped, or another program with its name$`,
    ),
  );
  // `grant` names no object in an event trigger if there are several.
  await postgres.query("grant select on shared.deployed, shared.tenants to anon");
  expect(await after("infinity")).toMatch(earlier);
  expect(
    (await readAuthors(postgres, [{ identity }], { ...subject, application: "supabasex thorbis pro" })).get(
      identity,
    ),
  ).toMatch(/^by postgres via supabasex/);
});

test("an earlier grant of ours that may be about another object does not hide who changed this one", async () => {
  const { postgres } = database;
  const authorOf = async (table: string, deployedAt: string) =>
    (
      await readAuthors(postgres, [{ identity: `table ${table}`, property: "grants" }], {
        ...subject,
        deployedAt: async () => deployedAt,
      })
    ).get(`table ${table}, grants`);
  const statements = [
    ["ours", "create table shared.alone (id int)"],
    ["ours", "create table shared.together (id int)"],
    ["first", "grant select on shared.alone to anon"],
    ["second", "grant select on shared.together, shared.tenants to anon"],
    ["ours", "grant select on shared.tenants, shared.users to service_role"],
  ] as const;
  try {
    for (const [who, statement] of statements) {
      const name = who === "ours" ? "supabasex thorbis prod 1a2b3c4d by ci" : who;
      await postgres.query(`set application_name = '${name}'`);
      await postgres.query(statement);
    }
  } finally {
    await postgres.query("set application_name = 'psql'");
  }

  expect(await authorOf("shared.together", "infinity")).toMatch(/^by postgres via second [^,]* UTC$/);
  // Statements about several objects by someone else may still be about it.
  expect(await authorOf("shared.alone", "infinity")).toMatch(
    /^by postgres via second [^,]* UTC, or by postgres via first [^,]* UTC$/,
  );
  // A run that stopped may have made the change.
  expect(await authorOf("shared.alone", "2026-01-01")).toMatch(
    /^by postgres via supabasex .*, after the last completed deployment/,
  );
});

test("another table with the log's name says nothing", async () => {
  const { postgres } = database;
  await postgres.query(`create schema aaa; create table aaa.ddl_log (like private.ddl_log);
    insert into aaa.ddl_log (occurred_at, id, session_role, acting_role, application, object_identity)
    values (now(), gen_random_uuid(), 'mallory', 'mallory', 'x', 'shared.watched')`);
  await postgres.query("create view shared.watched as select 1 as one");

  const authors = await readAuthors(postgres, [{ identity: "view shared.watched" }], subject);
  const without = await readAuthors(postgres, [{ identity: "view shared.watched" }], {
    ...subject,
    tables: [],
  });

  expect(authors.get("view shared.watched")).toMatch(author);
  expect([...without]).toEqual([]);
});

test("a role that may not use the log's schema gets no authors, and no error", async () => {
  const { postgres } = database;
  const deployedAt = vi.fn(subject.deployedAt);
  await postgres.query("create role outsider; grant outsider to postgres; set role outsider");
  try {
    expect([
      ...(await readAuthors(postgres, [{ identity: "table shared.x" }], { ...subject, deployedAt })),
    ]).toEqual([]);
  } finally {
    await postgres.query("reset role; drop role outsider");
  }
  // The time of the last deployment is only needed to judge entries.
  expect(deployedAt).not.toHaveBeenCalled();
});

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

test("a change that fires no event trigger has no known author", async () => {
  await database.postgres.query("create role somebody; drop role somebody");

  const authors = await readAuthors(
    database.postgres,
    ["role somebody", "bucket x", "table shared.nothing"].map((identity) => ({ identity })),
    subject,
  );
  expect([...authors]).toEqual([
    ["role somebody", "by unknown"],
    ["bucket x", "by unknown"],
    ["table shared.nothing", "by unknown"],
  ]);
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
