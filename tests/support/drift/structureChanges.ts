import { changed, extra, type HandMadeChange, missing } from "./handMadeChange";

/** Changes to what is stored and published: tables, columns, constraints, indexes, types, sequences, buckets. */
export const structureChanges: readonly HandMadeChange[] = [
  {
    name: "a table is added",
    change: "create table shared.customers_backup as select id, name from shared.customers",
    reverse: "drop table shared.customers_backup",
    reports: extra("table shared.customers_backup"),
    repairedBy: "hand",
  },
  {
    name: "a table is renamed",
    change: "alter table shared.audit_log rename to audit_log_old",
    reverse: "alter table shared.audit_log_old rename to audit_log",
    reports: [...missing("table shared.audit_log"), ...extra("table shared.audit_log_old")],
    repairedBy: "hand",
    refusal:
      "table shared.audit_log: it is missing; restore it from a backup, or make it again as its migration does",
  },
  {
    name: "a table moves to another schema",
    change: "alter table shared.audit_log set schema internal",
    reverse: "alter table internal.audit_log set schema shared",
    reports: [...extra("table internal.audit_log"), ...missing("table shared.audit_log")],
    repairedBy: "hand",
    refusal:
      "table shared.audit_log: it is missing; restore it from a backup, or make it again as its migration does",
  },
  {
    name: "a table's changes are logged in full",
    change: "alter table shared.customers replica identity full",
    reverse: "alter table shared.customers replica identity default",
    reports: changed("table shared.customers", "replicaIdentity"),
    repairedBy: "up",
  },
  {
    name: "a table's storage option changes",
    change: "alter table shared.audit_log set (fillfactor = 50, autovacuum_enabled = false)",
    reverse:
      "alter table shared.audit_log reset (autovacuum_enabled); alter table shared.audit_log set (fillfactor = 90)",
    reports: changed("table shared.audit_log", "options"),
    repairedBy: "up",
  },
  {
    name: "a table is no longer crash-safe",
    change: "alter table shared.audit_log set unlogged",
    reverse: "alter table shared.audit_log set logged",
    reports: changed("table shared.audit_log", "persistence"),
    repairedBy: "up",
  },
  {
    name: "a table's comment is removed",
    change: "comment on table shared.customers is null",
    reverse: "comment on table shared.customers is 'Customers of a tenant'",
    reports: changed("table shared.customers", "comment"),
    repairedBy: "up",
  },
  {
    name: "a column is added",
    change: "alter table shared.customers add column card_number text",
    reverse: "alter table shared.customers drop column card_number",
    reports: extra("column shared.customers card_number"),
    repairedBy: "hand",
  },
  {
    name: "a column is dropped",
    change: "alter table shared.customers drop column notes",
    reverse: "alter table shared.customers add column notes text",
    reports: missing("column shared.customers notes"),
    repairedBy: "hand",
    refusal:
      "column shared.customers notes: it is missing; alter table shared.customers add column notes text",
  },
  {
    name: "a column changes type",
    change: "alter table shared.customers alter column notes type varchar(10)",
    reverse: "alter table shared.customers alter column notes type text",
    reports: changed("column shared.customers notes", "type"),
    repairedBy: "hand",
    refusal:
      "column shared.customers notes: type is character varying(10) instead of text; alter table shared.customers alter column notes type text",
  },
  {
    name: "a column changes collation",
    change: `alter table shared.customers alter column email type text collate "POSIX"`,
    reverse: `alter table shared.customers alter column email type text collate "C"`,
    reports: changed("column shared.customers email", "collation"),
    repairedBy: "hand",
    refusal:
      'column shared.customers email: collation is "POSIX" instead of "C"; alter table shared.customers alter column email type text collate "C"',
  },
  {
    name: "a default is dropped",
    change: "alter table shared.tenants alter column created_at drop default",
    reverse: "alter table shared.tenants alter column created_at set default now()",
    reports: changed("column shared.tenants created_at", "default"),
    repairedBy: "up",
  },
  {
    name: "a default differs on one partition",
    change: "alter table shared.metrics_2026_01 alter column value set default 7",
    reverse: "alter table shared.metrics_2026_01 alter column value set default 0",
    reports: extra("column shared.metrics_2026_01 value"),
    repairedBy: "hand",
  },
  {
    name: "a column may be empty",
    change: "alter table shared.customers alter column name drop not null",
    reverse: "alter table shared.customers alter column name set not null",
    reports: changed("column shared.customers name", "notNull"),
    repairedBy: "up",
  },
  {
    name: "an identity column takes given values",
    change: "alter table shared.customers alter column number set generated by default",
    reverse: "alter table shared.customers alter column number set generated always",
    reports: changed("column shared.customers number", "identity"),
    repairedBy: "up",
  },
  {
    name: "a generated column is frozen",
    change: "alter table shared.customers alter column gross drop expression",
    reverse: `alter table shared.customers drop column gross;
      alter table shared.customers add column gross numeric generated always as (net * 1.19) stored`,
    reports: changed("column shared.customers gross", "generated"),
    repairedBy: "hand",
    refusal:
      "column shared.customers gross: generated is absent instead of (net * 1.19); alter table shared.customers drop column gross, add column gross numeric generated always as ((net * 1.19)) stored",
  },
  {
    name: "a column is stored otherwise",
    change: "alter table shared.customers alter column notes set storage external",
    reverse: "alter table shared.customers alter column notes set storage extended",
    reports: changed("column shared.customers notes", "storage"),
    repairedBy: "up",
  },
  {
    name: "a column's comment is replaced",
    change: "comment on column shared.customers.net is 'In dollar'",
    reverse: "comment on column shared.customers.net is 'In euro'",
    reports: changed("column shared.customers net", "comment"),
    repairedBy: "up",
  },
  {
    name: "a check is dropped",
    change: "alter table shared.customers drop constraint customers_net_check",
    reverse: "alter table shared.customers add constraint customers_net_check check (net >= 0)",
    reports: missing("constraint shared.customers customers_net_check"),
    repairedBy: "up",
  },
  {
    name: "a check is added",
    change: "alter table shared.customers add constraint short_name check (length(name) < 50)",
    reverse: "alter table shared.customers drop constraint short_name",
    reports: extra("constraint shared.customers short_name"),
    repairedBy: "hand",
  },
  {
    name: "a check no longer holds for old rows",
    change: `alter table shared.customers drop constraint customers_net_check;
      alter table shared.customers add constraint customers_net_check check (net >= 0) not valid`,
    reverse: "alter table shared.customers validate constraint customers_net_check",
    reports: changed("constraint shared.customers customers_net_check", "validated"),
    repairedBy: "up",
  },
  {
    name: "a foreign key deletes along",
    change: `alter table shared.customers drop constraint customers_tenant_id_fkey;
      alter table shared.customers add constraint customers_tenant_id_fkey
        foreign key (tenant_id) references shared.tenants (id) on delete cascade`,
    reverse: `alter table shared.customers drop constraint customers_tenant_id_fkey;
      alter table shared.customers add constraint customers_tenant_id_fkey
        foreign key (tenant_id) references shared.tenants (id)`,
    reports: changed("constraint shared.customers customers_tenant_id_fkey", "definition"),
    repairedBy: "up",
  },
  {
    name: "a foreign key is no longer enforced",
    change: "alter table shared.customers disable trigger all",
    reverse: "alter table shared.customers enable trigger all",
    as: "supabase_admin",
    reports: [
      ...changed("constraint shared.customers customers_tenant_id_fkey", "enforcingTriggers"),
      ...changed("trigger shared.customers set_updated_at", "enabled"),
    ],
    repairedBy: "up",
  },
  {
    name: "an index is dropped",
    change: "drop index shared.customers_tenant_id_name_idx",
    reverse: "create index customers_tenant_id_name_idx on shared.customers (tenant_id, name)",
    reports: missing("index shared.customers_tenant_id_name_idx"),
    repairedBy: "up",
  },
  {
    name: "an index covers other columns",
    change: `drop index shared.customers_tenant_id_name_idx;
      create index customers_tenant_id_name_idx on shared.customers (name)`,
    reverse: `drop index shared.customers_tenant_id_name_idx;
      create index customers_tenant_id_name_idx on shared.customers (tenant_id, name)`,
    reports: changed("index shared.customers_tenant_id_name_idx", "definition"),
    repairedBy: "up",
  },
  {
    name: "an index is added",
    change: "create index customers_email_idx on shared.customers (email)",
    reverse: "drop index shared.customers_email_idx",
    reports: extra("index shared.customers_email_idx"),
    repairedBy: "hand",
  },
  {
    name: "an index is added to one partition",
    change: "create index metrics_2026_01_value_idx on shared.metrics_2026_01 (value)",
    reverse: "drop index shared.metrics_2026_01_value_idx",
    reports: extra("index shared.metrics_2026_01_value_idx"),
    repairedBy: "hand",
  },
  {
    name: "extended statistics are dropped",
    change: "drop statistics shared.customers_tenant_name",
    reverse: `set local role app_owner;
      create statistics shared.customers_tenant_name on tenant_id, name from shared.customers;
      reset role`,
    reports: missing("statistics shared.customers_tenant_name"),
    repairedBy: "up",
  },
  {
    name: "an enum gains a label",
    change: "alter type shared.priority add value 'urgent' before 'high'",
    reverse: `drop type shared.priority;
      set local role app_owner; create type shared.priority as enum ('low', 'high'); reset role`,
    reports: changed("type shared.priority", "labels"),
    repairedBy: "hand",
    refusal:
      'type shared.priority: labels is ["low","urgent","high"] instead of ["low","high"]; PostgreSQL adds labels (alter type shared.priority add value …) but takes none away: make the type anew',
  },
  {
    name: "a composite type gains an attribute",
    change: "alter type shared.money_amount add attribute rate numeric",
    reverse: "alter type shared.money_amount drop attribute rate",
    reports: changed("type shared.money_amount", "attributes"),
    repairedBy: "hand",
    refusal:
      'type shared.money_amount: attributes is ["amount numeric","currency text","rate numeric"] instead of ["amount numeric","currency text"]; alter type shared.money_amount drop attribute rate',
  },
  {
    name: "a domain accepts anything",
    change: "alter domain shared.postal_code drop constraint postal_code_form",
    reverse: String.raw`alter domain shared.postal_code add constraint postal_code_form check (value ~ '^\d{5}$')`,
    reports: missing("constraint shared.postal_code postal_code_form"),
    repairedBy: "up",
  },
  {
    name: "a domain has a default",
    change: "alter domain shared.postal_code set default '00000'",
    reverse: "alter domain shared.postal_code drop default",
    reports: changed("type shared.postal_code", "default"),
    repairedBy: "up",
  },
  {
    name: "a type is added",
    change: "create type shared.colour as enum ('red')",
    reverse: "drop type shared.colour",
    reports: extra("type shared.colour"),
    repairedBy: "hand",
  },
  {
    name: "a sequence counts in other steps",
    change: "alter sequence shared.ticket_number increment by 10 cycle",
    reverse: "alter sequence shared.ticket_number increment by 1 no cycle",
    reports: changed("sequence shared.ticket_number", "cycle", "increment"),
    repairedBy: "up",
  },
  {
    name: "a publication sends less of a table",
    change:
      "alter publication supabase_realtime set table shared.customers (id, tenant_id) where (name <> '')",
    reverse:
      "alter publication supabase_realtime set table shared.customers (id, tenant_id, name) where (id is not null)",
    reports: changed("publication table supabase_realtime shared.customers", "columns", "where"),
    repairedBy: "up",
  },
  {
    name: "a table is no longer published",
    change: "alter publication supabase_realtime drop table shared.customers",
    reverse:
      "alter publication supabase_realtime add table shared.customers (id, tenant_id, name) where (id is not null)",
    reports: missing("publication table supabase_realtime shared.customers"),
    repairedBy: "up",
  },
  {
    name: "a further table is published",
    change: "alter publication supabase_realtime add table shared.audit_log",
    reverse: "alter publication supabase_realtime drop table shared.audit_log",
    reports: extra("publication table supabase_realtime shared.audit_log"),
    repairedBy: "prune",
  },
  {
    name: "a publication sends deletions too",
    change: "alter publication warehouse set (publish = 'insert, update, delete')",
    reverse: "alter publication warehouse set (publish = 'insert, update')",
    reports: changed("publication warehouse", "publish"),
    repairedBy: "up",
  },
  {
    name: "a bucket becomes public and takes larger files of any type",
    change: `update storage.buckets set public = true, file_size_limit = null, allowed_mime_types = null
      where id = 'avatars'`,
    reverse: `update storage.buckets set public = false, file_size_limit = 1048576,
      allowed_mime_types = '{image/jpeg,image/png}' where id = 'avatars'`,
    reports: changed("bucket avatars", "allowedMimeTypes", "fileSizeLimit", "public"),
    repairedBy: "up",
  },
  {
    name: "a bucket is deleted",
    change: `set local storage.allow_delete_query = 'true'; delete from storage.buckets where id = 'avatars'`,
    reverse: `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
      values ('avatars', 'avatars', false, 1048576, '{image/png,image/jpeg}')`,
    reports: missing("bucket avatars"),
    repairedBy: "up",
  },
  {
    name: "an extension is dropped",
    change: "drop extension citext",
    reverse: "create extension citext schema internal",
    reports: missing("extension citext"),
    repairedBy: "hand",
    refusal: "extension citext: it is missing; create extension citext schema internal",
  },
];
