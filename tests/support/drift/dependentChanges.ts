import { type BundleChange, changed } from "./bundleChange";

/** Changes after which an object disappears with an extension, and changes of aggregates and sequences. */
export const dependentChanges: readonly BundleChange[] = [
  {
    name: "a function is dropped with an extension",
    severity: "changes",
    change: "alter function shared.label(text, text) depends on extension ltree",
    reverse: "alter function shared.label(text, text) no depends on extension ltree",
    reports: changed("function shared.label(text, text)", "dependsOn"),
    repairedBy: "up",
  },
  {
    name: "a trigger is dropped with an extension",
    severity: "opens",
    change: "alter trigger set_updated_at on shared.customers depends on extension ltree",
    reverse: "alter trigger set_updated_at on shared.customers no depends on extension ltree",
    reports: changed("trigger shared.customers set_updated_at", "dependsOn"),
    repairedBy: "up",
  },
  {
    name: "an index is dropped with an extension",
    severity: "changes",
    change: "alter index shared.customers_tenant_id_name_idx depends on extension ltree",
    reverse: "alter index shared.customers_tenant_id_name_idx no depends on extension ltree",
    reports: changed("index shared.customers_tenant_id_name_idx", "dependsOn"),
    repairedBy: "up",
  },
  {
    name: "a materialized view is dropped with an extension",
    severity: "changes",
    change: "alter materialized view internal.customer_counts depends on extension ltree",
    reverse: "alter materialized view internal.customer_counts no depends on extension ltree",
    reports: changed("materialized view internal.customer_counts", "dependsOn"),
    repairedBy: "up",
  },
  {
    name: "a table becomes a catalog table for logical decoding",
    severity: "changes",
    change: "alter table shared.tenants set (user_catalog_table = true)",
    reverse: "alter table shared.tenants reset (user_catalog_table)",
    reports: changed("table shared.tenants", "options"),
    repairedBy: "up",
  },
  {
    name: "a crash resets a sequence",
    severity: "changes",
    change: "alter sequence shared.ticket_number set unlogged",
    reverse: "alter sequence shared.ticket_number set logged",
    reports: changed("sequence shared.ticket_number", "unlogged"),
    repairedBy: "up",
  },
  {
    name: "EXECUTE on an aggregate is granted to anon",
    severity: "opens",
    change: "grant execute on function shared.total(numeric) to anon",
    reverse: "revoke execute on function shared.total(numeric) from anon",
    reports: changed("aggregate shared.total(numeric)", "grants"),
    repairedBy: "prune",
  },
  {
    name: "EXECUTE on an aggregate is revoked from API users",
    severity: "changes",
    change: "revoke execute on function shared.total(numeric) from authenticated",
    reverse: "grant execute on function shared.total(numeric) to authenticated",
    reports: changed("aggregate shared.total(numeric)", "grants"),
    repairedBy: "up",
  },
];
