import { type BundleChange, changed, extra, missing } from "./bundleChange";

/** Returns the statement that changes when the triggers of a foreign key fire. */
const enforcedWith = (action: string) =>
  `do $$ declare t record; begin for t in select tgrelid::regclass as name, tgname from pg_trigger where tgconstraint in (select oid from pg_constraint where conname = 'customers_tenant_id_fkey') loop execute format('alter table %s ${action} %I', t.name, t.tgname); end loop; end $$`;

/** Changes of tables, columns, constraints and indexes. */
export const tableChanges: readonly BundleChange[] = [
  {
    name: "a partition between two others is missing",
    severity: "changes",
    change: `create table shared.metrics_2026_03 partition of shared.metrics for values from ('2026-03-01') to ('2026-04-01');
      alter table shared.metrics_2026_03 owner to app_owner;
      alter table shared.metrics_2026_03 enable row level security, force row level security`,
    reverse: "drop table shared.metrics_2026_03",
    reports: changed("table shared.metrics", "partitionGaps"),
    repairedBy: "hand",
  },
  {
    name: "a table is added",
    severity: "extra",
    change: "create table shared.customers_backup as select id, name from shared.customers",
    reverse: "drop table shared.customers_backup",
    reports: extra("table shared.customers_backup"),
    repairedBy: "hand",
  },
  {
    name: "a table is renamed",
    severity: "changes",
    change: "alter table shared.audit_log rename to audit_log_old",
    reverse: "alter table shared.audit_log_old rename to audit_log",
    reports: changed("table shared.audit_log", "name"),
    repairedBy: "up",
  },
  {
    name: "a table moves to another schema",
    severity: "opens",
    change: "alter table shared.audit_log set schema internal",
    reverse: "alter table internal.audit_log set schema shared",
    reports: changed("table shared.audit_log", "name"),
    repairedBy: "up",
  },
  {
    name: "a table's replica identity becomes FULL",
    severity: "changes",
    change: "alter table shared.customers replica identity full",
    reverse: "alter table shared.customers replica identity default",
    reports: changed("table shared.customers", "replicaIdentity"),
    repairedBy: "up",
  },
  {
    name: "a table's storage option changes",
    severity: "changes",
    change: "alter table shared.audit_log set (fillfactor = 50, autovacuum_enabled = false)",
    reverse:
      "alter table shared.audit_log reset (autovacuum_enabled); alter table shared.audit_log set (fillfactor = 90)",
    reports: changed("table shared.audit_log", "options"),
    repairedBy: "up",
  },
  {
    name: "a table is no longer crash-safe",
    severity: "changes",
    change: "alter table shared.audit_log set unlogged",
    reverse: "alter table shared.audit_log set logged",
    reports: changed("table shared.audit_log", "persistence"),
    repairedBy: "up",
  },
  {
    name: "a table's comment is removed",
    severity: "changes",
    change: "comment on table shared.customers is null",
    reverse: "comment on table shared.customers is 'Customers of a tenant'",
    reports: changed("table shared.customers", "comment"),
    repairedBy: "up",
  },
  {
    name: "a column is added",
    severity: "extra",
    change: "alter table shared.customers add column card_number text",
    reverse: "alter table shared.customers drop column card_number",
    reports: extra("column shared.customers card_number"),
    repairedBy: "hand",
  },
  {
    name: "a column is dropped",
    severity: "changes",
    change: "alter table shared.customers drop column notes",
    reverse: "alter table shared.customers add column notes text",
    reports: missing("column shared.customers notes"),
    repairedBy: "up",
  },
  {
    name: "a column is renamed",
    severity: "changes",
    change: "alter table shared.customers rename column notes to remarks",
    reverse: "alter table shared.customers rename column remarks to notes",
    reports: changed("column shared.customers notes", "name"),
    repairedBy: "up",
  },
  {
    name: "a column changes type",
    severity: "changes",
    change: "alter table shared.customers alter column notes type varchar(10)",
    reverse: "alter table shared.customers alter column notes type text",
    reports: changed("column shared.customers notes", "type"),
    repairedBy: "up",
  },
  {
    name: "a column changes collation",
    severity: "changes",
    change: `alter table shared.customers alter column email type text collate "POSIX"`,
    reverse: `alter table shared.customers alter column email type text collate "C"`,
    reports: changed("column shared.customers email", "collation"),
    repairedBy: "up",
  },
  {
    name: "a default is dropped",
    severity: "changes",
    change: "alter table shared.tenants alter column created_at drop default",
    reverse: "alter table shared.tenants alter column created_at set default now()",
    reports: changed("column shared.tenants created_at", "default"),
    repairedBy: "up",
  },
  {
    name: "a default differs on one partition",
    severity: "extra",
    change: "alter table shared.metrics_2026_01 alter column value set default 7",
    reverse: "alter table shared.metrics_2026_01 alter column value set default 0",
    reports: extra("column shared.metrics_2026_01 value"),
    repairedBy: "hand",
  },
  {
    name: "a column becomes nullable",
    severity: "changes",
    change: "alter table shared.customers alter column name drop not null",
    reverse: "alter table shared.customers alter column name set not null",
    reports: changed("column shared.customers name", "notNull"),
    repairedBy: "up",
  },
  {
    name: "an identity column accepts values from clients",
    severity: "changes",
    change: "alter table shared.customers alter column number set generated by default",
    reverse: "alter table shared.customers alter column number set generated always",
    reports: changed("column shared.customers number", "identity"),
    repairedBy: "up",
  },
  {
    name: "a generated column becomes an ordinary one",
    severity: "changes",
    change: "alter table shared.customers alter column gross drop expression",
    reverse: `alter table shared.customers drop column gross;
      alter table shared.customers add column gross numeric generated always as (net * 1.19) stored`,
    reports: changed("column shared.customers gross", "generated"),
    repairedBy: "hand",
    refusal:
      "column shared.customers gross: generated is absent instead of (net * 1.19); alter table shared.customers drop column gross, add column gross numeric generated always as ((net * 1.19)) stored",
  },
  {
    name: "a column's storage changes",
    severity: "changes",
    change: "alter table shared.customers alter column notes set storage external",
    reverse: "alter table shared.customers alter column notes set storage extended",
    reports: changed("column shared.customers notes", "storage"),
    repairedBy: "up",
  },
  {
    name: "a column's comment is replaced",
    severity: "changes",
    change: "comment on column shared.customers.net is 'In dollar'",
    reverse: "comment on column shared.customers.net is 'In euro'",
    reports: changed("column shared.customers net", "comment"),
    repairedBy: "up",
  },
  {
    name: "a check is dropped",
    severity: "changes",
    change: "alter table shared.customers drop constraint customers_net_check",
    reverse: "alter table shared.customers add constraint customers_net_check check (net >= 0)",
    reports: missing("constraint shared.customers customers_net_check"),
    repairedBy: "up",
  },
  {
    name: "a check is added",
    severity: "extra",
    change: "alter table shared.customers add constraint short_name check (length(name) < 50)",
    reverse: "alter table shared.customers drop constraint short_name",
    reports: extra("constraint shared.customers short_name"),
    repairedBy: "hand",
  },
  {
    name: "a check no longer covers existing rows",
    severity: "changes",
    change: `alter table shared.customers drop constraint customers_net_check;
      alter table shared.customers add constraint customers_net_check check (net >= 0) not valid`,
    reverse: "alter table shared.customers validate constraint customers_net_check",
    reports: changed("constraint shared.customers customers_net_check", "validated"),
    repairedBy: "up",
  },
  {
    name: "a foreign key deletes referencing rows",
    severity: "changes",
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
    severity: "opens",
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
    name: "a foreign key is enforced on replicas only",
    severity: "opens",
    change: enforcedWith("enable replica trigger"),
    reverse: enforcedWith("enable trigger"),
    as: "supabase_admin",
    reports: changed("constraint shared.customers customers_tenant_id_fkey", "enforcingTriggers"),
    repairedBy: "up",
  },
  {
    name: "an index is dropped",
    severity: "changes",
    change: "drop index shared.customers_tenant_id_name_idx",
    reverse: "create index customers_tenant_id_name_idx on shared.customers (tenant_id, name)",
    reports: missing("index shared.customers_tenant_id_name_idx"),
    repairedBy: "up",
  },
  {
    name: "an index covers other columns",
    severity: "changes",
    change: `drop index shared.customers_tenant_id_name_idx;
      create index customers_tenant_id_name_idx on shared.customers (name)`,
    reverse: `drop index shared.customers_tenant_id_name_idx;
      create index customers_tenant_id_name_idx on shared.customers (tenant_id, name)`,
    reports: changed("index shared.customers_tenant_id_name_idx", "definition"),
    repairedBy: "up",
  },
  {
    name: "an index is added",
    severity: "extra",
    change: "create index customers_email_idx on shared.customers (email)",
    reverse: "drop index shared.customers_email_idx",
    reports: extra("index shared.customers_email_idx"),
    repairedBy: "hand",
  },
  {
    name: "an index is added to one partition",
    severity: "extra",
    change: "create index metrics_2026_01_value_idx on shared.metrics_2026_01 (value)",
    reverse: "drop index shared.metrics_2026_01_value_idx",
    reports: extra("index shared.metrics_2026_01_value_idx"),
    repairedBy: "hand",
  },
  {
    name: "extended statistics are added",
    severity: "extra",
    change: "create statistics shared.customers_tenant_email on tenant_id, email from shared.customers",
    reverse: "drop statistics shared.customers_tenant_email",
    reports: extra("statistics shared.customers_tenant_email"),
    repairedBy: "hand",
  },
  {
    name: "extended statistics are dropped",
    severity: "changes",
    change: "drop statistics shared.customers_tenant_name",
    reverse: `set local role app_owner;
      create statistics shared.customers_tenant_name on tenant_id, name from shared.customers;
      reset role`,
    reports: missing("statistics shared.customers_tenant_name"),
    repairedBy: "up",
  },
  {
    name: "the statistics targets of a column and of extended statistics change",
    severity: "changes",
    change: `alter table shared.customers alter column name set statistics 500;
      alter statistics shared.customers_tenant_name set statistics 100`,
    reverse: `alter table shared.customers alter column name set statistics -1;
      alter statistics shared.customers_tenant_name set statistics -1`,
    reports: [
      ...changed("column shared.customers name", "statisticsTarget"),
      ...changed("statistics shared.customers_tenant_name", "statisticsTarget"),
    ],
    repairedBy: "up",
  },
  {
    name: "a column's number of distinct values is overridden",
    severity: "changes",
    change: "alter table shared.customers alter column name set (n_distinct = 100)",
    reverse: "alter table shared.customers alter column name reset (n_distinct)",
    reports: changed("column shared.customers name", "statisticsOptions"),
    repairedBy: "up",
  },
  {
    name: "a TOAST table is no longer vacuumed",
    severity: "changes",
    change: "alter table shared.customers set (toast.autovacuum_enabled = off)",
    reverse: "alter table shared.customers reset (toast.autovacuum_enabled)",
    reports: changed("table shared.customers", "toastOptions"),
    repairedBy: "up",
  },
];
