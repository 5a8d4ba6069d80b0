/** A manual change, and the identity of the object that it changes. */
export const changes: readonly (readonly [statement: string, identity: string])[] = [
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

/** What one colleague did before, the change that another one made, and whom the report names. */
export const attributions: readonly {
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
    before:
      "create table audit.entries_1998 partition of audit.entries for values from ('1998-01-01') to ('1999-01-01') partition by range (occurred_at)",
    change: "create table audit.entries_1998_12 partition of audit.entries_1998 default",
    of: ["trigger audit.entries refuse_audit_change", "partitions"],
    named: /^by postgres via second [^,]* UTC, or by postgres via first [^,]* UTC$/,
  },
  {
    before: "create schema leaking",
    change: "drop schema leaking",
    of: ["replication slot leaking", "plugin"],
    named: /^by unknown$/,
  },
];
