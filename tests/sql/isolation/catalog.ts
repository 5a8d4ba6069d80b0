import type { Client } from "pg";

/** A table, partition or view in the schemas of the bundle. */
export interface Relation {
  /** With its schema, quoted. */
  readonly name: string;
  readonly kind: "table" | "partitioned" | "partition" | "view";
  /** The name in the security model. */
  readonly class: string;
  /** Columns that identify its rows, and the tenant if it has one. */
  readonly columns: readonly string[];
}

export interface CatalogFunction {
  readonly signature: string;
  readonly class: string;
}

/** Classes of the relations that are not plain tenant data. All others are `data`. */
const relationClasses: Readonly<Record<string, string>> = {
  "shared.customers": "customers",
  "shared.presence": "presence",
  "shared.users": "users",
  "shared.tenants": "tenants",
  "shared.metrics": "metrics",
  "shared.recovery_checkpoints": "checkpoints",
  "private.people": "people",
  "shared.audit_trail": "audit",
  "audit.entries": "audit",
  "private.ddl_log": "log",
};

const functionClasses: Readonly<Record<string, string>> = {
  "private.get_current_tenant_id": "helper",
  "private.get_current_tenant_role": "helper",
  "private.get_current_user_id": "helper",
  "private.has_second_factor": "helper",
  "private.get_tenant_as": "helper",
  "private.get_tenant_in_business_hours": "helper",
  "private.custom_access_token_hook": "hook",
  "private.uuid_or_null": "hook",
  "private.create_recovery_checkpoint": "checkpoint",
  "private.find_customers": "finder",
  "private.customer_search_terms": "terms",
  "private.notify_realtime_changes": "exception",
  "monitoring.failed_job_runs": "jobs",
  "shared.search_customers": "search",
};

/** Schemas that belong to the platform; every other one is the bundle's. */
const platformSchemas = `
  '^(pg_.*|information_schema|public|auth|storage|realtime|extensions|vault|cron|graphql|graphql_public|pgbouncer|net|local|supabase_.*)$'
`;

export async function readRelations(client: Client): Promise<Relation[]> {
  const { rows } = await client.query<{
    name: string;
    kind: Relation["kind"];
    in_monitoring: boolean;
    columns: string[];
  }>(`
    select
      format('%I.%I', schema.nspname, class.relname) as name,
      case
        when class.relispartition then 'partition'
        when class.relkind = 'p' then 'partitioned'
        when class.relkind in ('v', 'm') then 'view'
        else 'table'
      end as kind,
      schema.nspname = 'monitoring' as in_monitoring,
      array(
        select attname::text from pg_attribute
        where attrelid = class.oid and attnum > 0 and not attisdropped order by attnum
      ) as columns
    from pg_class as class
    join pg_namespace as schema on schema.oid = class.relnamespace
    where class.relkind in ('r', 'p', 'v', 'm', 'f') and schema.nspname !~ ${platformSchemas}
    order by 1`);
  return rows.map(({ name, kind, in_monitoring, columns }) => ({
    name,
    kind,
    columns,
    class: in_monitoring
      ? "statistics"
      : kind === "partition"
        ? "partition"
        : (relationClasses[name] ?? "data"),
  }));
}

export async function readFunctions(client: Client): Promise<CatalogFunction[]> {
  const { rows } = await client.query<{ signature: string; name: string }>(`
    select oid::regprocedure::text as signature, pronamespace::regnamespace || '.' || proname as name
    from pg_proc
    where pronamespace::regnamespace::text !~ ${platformSchemas}
    order by 1`);
  return rows.map(({ signature, name }) => ({ signature, class: functionClasses[name] ?? "internal" }));
}
