/** Normal activity in a healthy database, which must not be reported. */
export interface HarmlessChange {
  readonly name: string;
  /** Statements that run one by one outside of transactions, as role postgres unless `as` names another. */
  readonly statements: readonly string[];
  readonly as?: "supabase_admin";
  /** Whether the session stays open, for an open transaction or a temporary table. The reader itself runs these statements. */
  readonly inTheReadersSession?: boolean;
}

export const harmlessChanges: readonly HarmlessChange[] = [
  { name: "analyze", statements: ["analyze shared.customers"] },
  { name: "vacuum full", statements: ["vacuum full shared.customers"] },
  { name: "reindex", statements: ["reindex table concurrently shared.customers"] },
  { name: "cluster", statements: ["cluster shared.customers using customers_pkey"] },
  { name: "a sequence advances", statements: ["select nextval('shared.ticket_number')"] },
  {
    name: "a partition is added, without grants like all others",
    statements: [
      `create table shared.metrics_2026_02 partition of shared.metrics
        for values from ('2026-02-01') to ('2026-03-01')`,
      "alter table shared.metrics_2026_02 owner to app_owner",
      "alter table shared.metrics_2026_02 enable row level security, force row level security",
    ],
  },
  {
    name: "an old partition is detached and dropped",
    statements: [
      "alter table shared.metrics detach partition shared.metrics_2026_02",
      "drop table shared.metrics_2026_02",
    ],
  },
  {
    name: "a job runs",
    statements: [
      `insert into cron.job_run_details (jobid, runid, job_pid, database, username, command, status, start_time, end_time)
        select jobid, 1000000 + jobid, 1, database, username, command, 'succeeded', now(), now() from cron.job`,
    ],
    as: "supabase_admin",
  },
  {
    name: "temporary objects, one of them named like a system catalog",
    statements: [
      "create temporary table customers (id uuid)",
      "create temporary table pg_class (oid oid)",
      "create temporary view tenants as select 1 as one",
    ],
    inTheReadersSession: true,
  },
  {
    name: "a session has temporary functions and an aggregate",
    statements: [
      "create function pg_temp.one() returns integer language sql as $$ select 1 $$",
      "create aggregate pg_temp.total(integer) (sfunc = int4pl, stype = integer)",
    ],
    inTheReadersSession: true,
  },
  {
    name: "an extension is updated",
    statements: ["alter extension ltree update"],
    as: "supabase_admin",
  },
  {
    name: "another team creates a schema",
    statements: [
      "create schema elsewhere",
      "create table elsewhere.notes (id bigint generated always as identity primary key, body text)",
      "create index on elsewhere.notes (body)",
      "alter table elsewhere.notes enable row level security",
      "create policy readable on elsewhere.notes using (true)",
      "create function elsewhere.now() returns timestamptz language sql as $$ select now() $$",
      "create view elsewhere.recent as select * from elsewhere.notes",
      "create table elsewhere.events (id bigint) partition by range (id)",
      "create table elsewhere.events_1 partition of elsewhere.events for values from (1) to (100)",
      "create trigger quiet before update on elsewhere.notes for each row execute function suppress_redundant_updates_trigger()",
    ],
  },
  {
    name: "comments on foreign objects change",
    statements: [
      "comment on extension citext is 'ours no more'",
      "comment on table auth.users is 'People'",
      "comment on schema extensions is 'Extensions'",
      "comment on database postgres is 'The database'",
    ],
    as: "supabase_admin",
  },
  {
    name: "a transaction is open",
    statements: [
      "begin",
      "update shared.tenants set name = name",
      "lock table shared.customers in share mode",
    ],
  },
  { name: "the open transaction is rolled back", statements: ["rollback"] },
  { name: "statistics are reset", statements: ["select pg_stat_reset()"], as: "supabase_admin" },
  {
    name: "tables are vacuumed and analyzed, as by autovacuum",
    statements: ["vacuum (freeze, analyze) shared.customers", "vacuum (freeze, analyze) shared.tenants"],
  },
  {
    name: "an index was built and rolled back, which leaves traces in pg_class",
    statements: ["begin", "create index rolled_back on shared.audit_log (at)", "rollback"],
  },
  {
    name: "rows are inserted and deleted",
    statements: [
      "insert into shared.tenants (name) values ('one'), ('two')",
      "delete from shared.tenants",
      "refresh materialized view internal.customer_counts",
    ],
  },
  {
    name: "a user signs up, and another account is deleted",
    statements: [
      "insert into auth.users (id, email) values (gen_random_uuid(), 'new@example.com'), (gen_random_uuid(), 'old@example.com')",
      "delete from auth.users where email = 'old@example.com'",
    ],
    as: "supabase_admin",
  },
  {
    name: "a user signs in",
    statements: [
      "insert into auth.users (id, email) values ('00000000-0000-4000-8000-0000000000dd', 'signed.in@example.com')",
      "insert into auth.sessions (id, user_id) values (gen_random_uuid(), '00000000-0000-4000-8000-0000000000dd')",
      "insert into auth.refresh_tokens (token, user_id) values ('x', '00000000-0000-4000-8000-0000000000dd')",
      "delete from auth.users where email = 'signed.in@example.com'",
    ],
    as: "supabase_admin",
  },
  {
    name: "a sign-in replaces the metadata of an identity provider with what their URL returns now",
    statements: [
      `update auth.saml_providers set updated_at = now(),
        metadata_xml = '<EntityDescriptor entityID="https://refreshed.example.org" validUntil="2026-12-01"/>'
        where metadata_url is not null`,
    ],
    as: "supabase_admin",
  },
  {
    name: "a client registers itself",
    statements: [
      `do $$ begin
        if exists (select from pg_type where typname = 'oauth_registration_type') then
          insert into auth.oauth_clients (id, redirect_uris, grant_types, registration_type)
            values (gen_random_uuid(), 'https://app.example', 'authorization_code', 'dynamic');
        end if;
      end $$`,
    ],
    as: "supabase_admin",
  },
  {
    name: "an application creates a queue, a table that its extension adds to itself",
    statements: [
      `do $$ begin
        if to_regnamespace('queues') is not null then
          create table queues.q_orders (id bigint);
          grant select on queues.q_orders to pg_monitor;
          alter extension xml2 add table queues.q_orders;
        end if;
      end $$`,
    ],
    as: "supabase_admin",
  },
  {
    name: "a grant on a large object is revoked again, which leaves its list of privileges",
    statements: [
      "select lo_from_bytea(616161, 'x')",
      "grant select on large object 616161 to authenticated",
      "revoke select on large object 616161 from authenticated",
    ],
  },
  {
    name: "a file is uploaded",
    statements: ["insert into storage.objects (bucket_id, name) values ('avatars', 'someone/face.png')"],
    as: "supabase_admin",
  },
  { name: "the Data API reloads its schema", statements: ["notify pgrst, 'reload schema'"] },
  {
    name: "a policy is replaced by an equivalent one",
    statements: [
      `alter policy own_tenant on shared.tenants
        using ("id"  =  ( SELECT shared.current_tenant_id() AS current_tenant_id ))`,
    ],
  },
];
