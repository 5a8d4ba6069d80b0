import { changed, extra, type HandMadeChange, missing } from "./handMadeChange";

const ownTenant = "tenant_id = (select shared.current_tenant_id())";

/** Changes to who may see and do what: policies, row-level security, privileges, owners. */
export const accessChanges: readonly HandMadeChange[] = [
  {
    name: "a policy lets everybody read",
    change: "alter policy tenant_isolation on shared.customers using (true)",
    reverse: `alter policy tenant_isolation on shared.customers using (${ownTenant})`,
    reports: changed("policy shared.customers tenant_isolation", "using"),
    repairedBy: "up",
  },
  {
    name: "a policy lets everybody write",
    change: "alter policy tenant_isolation on shared.customers with check (true)",
    reverse: `alter policy tenant_isolation on shared.customers with check (${ownTenant})`,
    reports: changed("policy shared.customers tenant_isolation", "check"),
    repairedBy: "up",
  },
  {
    name: "a policy applies to all roles",
    change: "alter policy own_tenant on shared.tenants to public",
    reverse: "alter policy own_tenant on shared.tenants to authenticated",
    reports: changed("policy shared.tenants own_tenant", "roles"),
    repairedBy: "up",
  },
  {
    name: "a restrictive policy becomes permissive",
    change: `drop policy business_hours on shared.customers;
      create policy business_hours on shared.customers as permissive to authenticated
        using (extract(hour from now()) between 6 and 22)`,
    reverse: `drop policy business_hours on shared.customers;
      create policy business_hours on shared.customers as restrictive to authenticated
        using (extract(hour from now()) between 6 and 22)`,
    reports: changed("policy shared.customers business_hours", "mode"),
    repairedBy: "up",
  },
  {
    name: "a policy narrows to one command",
    change: `drop policy business_hours on shared.customers;
      create policy business_hours on shared.customers as restrictive for select to authenticated
        using (extract(hour from now()) between 6 and 22)`,
    reverse: `drop policy business_hours on shared.customers;
      create policy business_hours on shared.customers as restrictive to authenticated
        using (extract(hour from now()) between 6 and 22)`,
    reports: changed("policy shared.customers business_hours", "command"),
    repairedBy: "up",
  },
  {
    name: "a policy is dropped",
    change: "drop policy tenant_isolation on shared.metrics",
    reverse: `create policy tenant_isolation on shared.metrics for select to authenticated using (${ownTenant})`,
    reports: missing("policy shared.metrics tenant_isolation"),
    repairedBy: "up",
  },
  {
    name: "a policy is renamed",
    change: "alter policy own_tenant on shared.tenants rename to mine",
    reverse: "alter policy mine on shared.tenants rename to own_tenant",
    reports: changed("policy shared.tenants own_tenant", "name"),
    repairedBy: "up",
  },
  {
    name: "a rogue policy on a table",
    change: `create policy "Everybody, everything" on shared.customers to anon using (true)`,
    reverse: `drop policy "Everybody, everything" on shared.customers`,
    reports: extra('policy shared.customers "Everybody, everything"'),
    repairedBy: "prune",
  },
  {
    name: "a rogue policy on a partition",
    change: "create policy peek on shared.metrics_2026_01 for select to anon using (true)",
    reverse: "drop policy peek on shared.metrics_2026_01",
    reports: extra("policy shared.metrics_2026_01 peek"),
    repairedBy: "prune",
  },
  {
    name: "a rogue policy on the storage service's table",
    change: "create policy read_all on storage.objects for select to anon using (true)",
    reverse: "drop policy read_all on storage.objects",
    reports: extra("policy storage.objects read_all"),
    repairedBy: "prune",
  },
  {
    name: "a policy on the storage service's table is changed",
    change: "alter policy read_avatars on storage.objects to anon",
    reverse: "alter policy read_avatars on storage.objects to authenticated",
    reports: changed("policy storage.objects read_avatars", "roles"),
    repairedBy: "up",
  },
  {
    name: "row-level security is switched off",
    change: "alter table shared.customers disable row level security",
    reverse: "alter table shared.customers enable row level security",
    reports: changed("table shared.customers", "rowSecurity"),
    repairedBy: "up",
  },
  {
    name: "row-level security no longer binds the owner",
    change: "alter table shared.customers no force row level security",
    reverse: "alter table shared.customers force row level security",
    reports: changed("table shared.customers", "rowSecurityForced"),
    repairedBy: "up",
  },
  {
    name: "row-level security is switched off on a partition",
    change: "alter table shared.metrics_2026_01 disable row level security",
    reverse: "alter table shared.metrics_2026_01 enable row level security",
    reports: extra("table shared.metrics_2026_01"),
    repairedBy: "up",
  },
  {
    name: "a table is granted to anon",
    change: "grant select on shared.customers to anon",
    reverse: "revoke select on shared.customers from anon",
    reports: changed("table shared.customers", "grants"),
    repairedBy: "prune",
  },
  {
    name: "a table is granted to everybody, with all privileges",
    change: "grant all on shared.tenants to public",
    reverse: "revoke all on shared.tenants from public",
    reports: changed("table shared.tenants", "grants"),
    repairedBy: "prune",
  },
  {
    name: "a privilege may be passed on",
    change: "grant select on shared.tenants to authenticated with grant option",
    // As the owner: postgres is a member of authenticated too, and would revoke what authenticated has granted.
    reverse: `set local role app_owner;
      revoke grant option for select on shared.tenants from authenticated;
      reset role`,
    reports: changed("table shared.tenants", "grants"),
    repairedBy: "prune",
  },
  {
    name: "a privilege is revoked",
    change: "revoke insert on shared.customers from authenticated",
    reverse: "grant insert on shared.customers to authenticated",
    reports: changed("table shared.customers", "grants"),
    repairedBy: "up",
  },
  {
    name: "an owner loses a privilege",
    change: "revoke delete on shared.customers from app_owner",
    reverse: "grant delete on shared.customers to app_owner",
    reports: changed("table shared.customers", "grants"),
    repairedBy: "up",
  },
  {
    name: "a partition is granted to the API",
    change: "grant select on shared.metrics_2026_01 to authenticated",
    reverse: "revoke select on shared.metrics_2026_01 from authenticated",
    reports: extra("table shared.metrics_2026_01"),
    repairedBy: "prune",
  },
  {
    name: "a column is granted",
    change: "grant update (created_at) on shared.tenants to authenticated",
    reverse: "revoke update (created_at) on shared.tenants from authenticated",
    reports: changed("column shared.tenants created_at", "grants"),
    repairedBy: "prune",
  },
  {
    name: "a column's privilege is revoked",
    change: "revoke update (name) on shared.tenants from authenticated",
    reverse: "grant update (name) on shared.tenants to authenticated",
    reports: changed("column shared.tenants name", "grants"),
    repairedBy: "up",
  },
  {
    name: "a function is open to everybody",
    change: "grant execute on function shared.current_tenant_id() to public",
    reverse: "revoke execute on function shared.current_tenant_id() from public",
    reports: changed("function shared.current_tenant_id()", "grants"),
    repairedBy: "up",
  },
  {
    name: "a schema is open to anon",
    change: "grant usage on schema internal to anon",
    reverse: "revoke usage on schema internal from anon",
    reports: changed("schema internal", "grants"),
    repairedBy: "prune",
  },
  {
    name: "API clients may create functions in the schema public",
    change: "grant create on schema public to anon",
    reverse: "revoke create on schema public from anon",
    reports: changed("schema public", "grants"),
    repairedBy: "prune",
  },
  {
    name: "a privilege on a schema that the bundle did not make is revoked",
    change: "revoke usage on schema public from app_owner",
    reverse: "grant usage on schema public to app_owner",
    reports: changed("schema public", "grants"),
    repairedBy: "up",
  },
  {
    name: "a sequence is closed",
    change: "revoke usage on sequence shared.ticket_number from authenticated",
    reverse: "grant usage on sequence shared.ticket_number to authenticated",
    reports: changed("sequence shared.ticket_number", "grants"),
    repairedBy: "up",
  },
  {
    name: "a type is closed",
    change: "revoke usage on type shared.priority from public",
    reverse: "grant usage on type shared.priority to public",
    reports: changed("type shared.priority", "grants"),
    repairedBy: "up",
  },
  {
    name: "future tables are granted to anon",
    change: "alter default privileges for role app_owner in schema shared grant select on tables to anon",
    reverse: "alter default privileges for role app_owner in schema shared revoke select on tables from anon",
    reports: changed("default privileges app_owner in shared tables", "grants"),
    repairedBy: "prune",
  },
  {
    name: "future functions are granted to anon",
    change: "alter default privileges for role app_owner in schema shared grant execute on functions to anon",
    reverse:
      "alter default privileges for role app_owner in schema shared revoke execute on functions from anon",
    reports: extra("default privileges app_owner in shared functions"),
    repairedBy: "prune",
  },
  {
    name: "a table belongs to a role that row-level security does not bind",
    change: "alter table shared.audit_log owner to postgres",
    reverse: "alter table shared.audit_log owner to app_owner",
    reports: changed("table shared.audit_log", "owner"),
    repairedBy: "up",
  },
  {
    name: "a function belongs to another role",
    change: "alter function shared.current_tenant_id() owner to postgres",
    reverse: "alter function shared.current_tenant_id() owner to app_owner",
    reports: changed("function shared.current_tenant_id()", "owner"),
    repairedBy: "up",
  },
  {
    name: "a schema belongs to another role",
    change: "alter schema shared owner to postgres",
    reverse: "alter schema shared owner to app_owner",
    reports: changed("schema shared", "owner"),
    repairedBy: "up",
  },
];
