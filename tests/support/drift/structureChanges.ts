import { type BundleChange, changed, extra, missing } from "./bundleChange";
import { tableChanges } from "./tableChanges";

/** Changes of structure: tables, types, sequences, publications, buckets. */
export const structureChanges: readonly BundleChange[] = [
  ...tableChanges,
  {
    name: "an enum gains a label",
    severity: "changes",
    change: "alter type shared.priority add value 'urgent' before 'high'",
    reverse: `drop type shared.priority;
      set local role app_owner; create type shared.priority as enum ('low', 'high'); reset role`,
    reports: changed("type shared.priority", "labels"),
    repairedBy: "hand",
    refusal:
      'type shared.priority: labels is ["low","urgent","high"] instead of ["low","high"]; PostgreSQL removes no label: state it in a migration (alter type shared.priority add value if not exists …), or recreate the type',
  },
  {
    name: "a composite type gains an attribute",
    severity: "changes",
    change: "alter type shared.money_amount add attribute rate numeric",
    reverse: "alter type shared.money_amount drop attribute rate",
    reports: changed("type shared.money_amount", "attributes"),
    repairedBy: "hand",
    refusal:
      'type shared.money_amount: attributes is ["amount numeric","currency text","rate numeric"] instead of ["amount numeric","currency text"]; alter type shared.money_amount drop attribute rate',
  },
  {
    name: "a domain's check is dropped",
    severity: "changes",
    change: "alter domain shared.postal_code drop constraint postal_code_form",
    reverse: String.raw`alter domain shared.postal_code add constraint postal_code_form check (value ~ '^\d{5}$')`,
    reports: missing("constraint shared.postal_code postal_code_form"),
    repairedBy: "up",
  },
  {
    name: "a default is added to a domain",
    severity: "changes",
    change: "alter domain shared.postal_code set default '00000'",
    reverse: "alter domain shared.postal_code drop default",
    reports: changed("type shared.postal_code", "default"),
    repairedBy: "up",
  },
  {
    name: "a type is added",
    severity: "extra",
    change: "create type shared.colour as enum ('red')",
    reverse: "drop type shared.colour",
    reports: extra("type shared.colour"),
    repairedBy: "hand",
  },
  {
    name: "a sequence's increment changes, and it cycles",
    severity: "changes",
    change: "alter sequence shared.ticket_number increment by 10 cycle",
    reverse: "alter sequence shared.ticket_number increment by 1 no cycle",
    reports: changed("sequence shared.ticket_number", "cycle", "increment"),
    repairedBy: "up",
  },
  {
    name: "a publication sends fewer columns and rows of a table",
    severity: "opens",
    change:
      "alter publication supabase_realtime set table shared.customers (id, tenant_id) where (name <> '')",
    reverse:
      "alter publication supabase_realtime set table shared.customers (id, tenant_id, name) where (id is not null)",
    reports: changed("publication table supabase_realtime shared.customers", "columns", "where"),
    repairedBy: "up",
  },
  {
    name: "a table is no longer published",
    severity: "changes",
    change: "alter publication supabase_realtime drop table shared.customers",
    reverse:
      "alter publication supabase_realtime add table shared.customers (id, tenant_id, name) where (id is not null)",
    reports: missing("publication table supabase_realtime shared.customers"),
    repairedBy: "up",
  },
  {
    name: "another table is published",
    severity: "opens",
    change: "alter publication supabase_realtime add table shared.audit_log",
    reverse: "alter publication supabase_realtime drop table shared.audit_log",
    reports: extra("publication table supabase_realtime shared.audit_log"),
    repairedBy: "prune",
  },
  {
    name: "a publication sends deletions too",
    severity: "opens",
    change: "alter publication warehouse set (publish = 'insert, update, delete')",
    reverse: "alter publication warehouse set (publish = 'insert, update')",
    reports: changed("publication warehouse", "publish"),
    repairedBy: "up",
  },
  {
    name: "a bucket becomes public and takes larger files of any type",
    severity: "opens",
    change: `update storage.buckets set public = true, file_size_limit = null, allowed_mime_types = null
      where id = 'avatars'`,
    reverse: `update storage.buckets set public = false, file_size_limit = 1048576,
      allowed_mime_types = '{image/jpeg,image/png}' where id = 'avatars'`,
    reports: changed("bucket avatars", "allowedMimeTypes", "fileSizeLimit", "public"),
    repairedBy: "up",
  },
  {
    name: "a bucket is deleted",
    severity: "changes",
    change: `set local storage.allow_delete_query = 'true'; delete from storage.buckets where id = 'avatars'`,
    reverse: `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
      values ('avatars', 'avatars', false, 1048576, '{image/png,image/jpeg}')`,
    reports: missing("bucket avatars"),
    repairedBy: "up",
  },
  {
    name: "an extension is dropped",
    severity: "changes",
    change: "drop extension citext",
    reverse: "create extension citext schema internal",
    reports: missing("extension citext"),
    repairedBy: "up",
  },
];
