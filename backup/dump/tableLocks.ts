import pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

const { escapeIdentifier } = pg;

/** The snapshot no longer matches the tables, so a new one is needed. */
export class SnapshotOutdated extends Error {
  override readonly name = "SnapshotOutdated";
}

export interface ObjectState {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /**
   * Changes when a table is rewritten, when its columns, indexes, constraints, policies, rules or triggers are added or
   * removed, and when a function, a type or a view is altered.
   */
  readonly state: string;
}

const outdatedErrors: ReadonlySet<string> = new Set([
  sqlStates.undefinedTable,
  sqlStates.deadlockDetected,
  sqlStates.invalidSchemaName,
]);

/**
 * Locks every table in ACCESS SHARE, as `pg_dump` does, and checks that each still matches the snapshot. TRUNCATE and
 * rewrites (`alter column … type`, VACUUM FULL, CLUSTER) do not follow snapshots: without a lock, a table that is
 * truncated after the snapshot looks empty in it. Functions, types and views cannot be locked, but `pg_dump` reads the
 * names, arguments and definitions of today, so a function that was dropped after the snapshot would have no arguments.
 * `requireSameDefinitions` checks them again when `pg_dump` has read them.
 *
 * @param client the session that holds the snapshot, in whose transaction the locks stay
 * @param control another session, which sees the current state
 * @returns the locked tables' oids, and the states of what cannot be locked
 * @throws SnapshotOutdated if a table, a function, a type or a view changed between the snapshot and the lock
 */
export async function lockTables(
  client: pg.Client,
  control: pg.Client,
): Promise<{ readonly oids: string[]; readonly definitions: readonly ObjectState[] }> {
  const inSnapshot = await readTableStates(client);
  const definitions = await readDefinitionStates(client);
  if (inSnapshot.length === 0) return { oids: [], definitions };
  try {
    await client.query(lockStatement(inSnapshot));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (outdatedErrors.has(error.code ?? "")) throw new SnapshotOutdated(error.message);
    if (error.code !== sqlStates.lockNotAvailable) throw error;
    throw new UserError(
      `A table could not be locked within 60 s, because another session holds an exclusive lock: ${await describeBlockers(control, inSnapshot)}.`,
      exitCodes.dumpFailed,
      { cause: error },
    );
  }
  requireNone([
    ...changesSince(inSnapshot, await readTableStates(control)),
    ...changesSince(definitions, await readDefinitionStates(control)),
  ]);
  return { oids: inSnapshot.map(({ oid }) => oid), definitions };
}

/**
 * Checks functions, types and views again, which other sessions can change while `pg_dump` reads them.
 * @param control another session than that of the snapshot
 * @throws SnapshotOutdated if one changed
 */
export async function requireSameDefinitions(
  control: pg.Client,
  definitions: readonly ObjectState[],
): Promise<void> {
  requireNone(changesSince(definitions, await readDefinitionStates(control)));
}

function requireNone(changed: readonly ObjectState[]): void {
  if (changed.length === 0) return;
  const names = changed.slice(0, 3).map(({ schema, name }) => `${schema}.${name}`);
  throw new SnapshotOutdated(
    `${names.join(", ")}${changed.length > 3 ? ` and ${changed.length - 3} more` : ""} changed after the snapshot was taken`,
  );
}

function changesSince(before: readonly ObjectState[], now: readonly ObjectState[]): ObjectState[] {
  const current = new Map(now.map((object) => [object.oid, object]));
  return before.filter(({ oid, state, schema, name }) => {
    const object = current.get(oid);
    return object?.state !== state || object.schema !== schema || object.name !== name;
  });
}

/** Returns the statement that locks these tables, but not the tables that inherit from them. */
export function lockStatement(
  tables: readonly { readonly schema: string; readonly name: string }[],
  option: "" | "nowait" = "",
): string {
  const names = tables.map(
    ({ schema, name }) => `only ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
  );
  return `lock table ${names.join(", ")} in access share mode ${option}`.trimEnd();
}

/**
 * Reads all tables, including those of the platform. Members of extensions are only included if they have user rows.
 */
async function readTableStates(client: pg.Client): Promise<ObjectState[]> {
  const { rows } = await client.query<ObjectState>(`
    select c.oid::text as oid, n.nspname as schema, c.relname as name,
      format('%s %s %s', c.relfilenode, array(
        select oid from pg_constraint where conrelid = c.oid union all select indexrelid from pg_index where indrelid = c.oid
        union all select oid from pg_attrdef where adrelid = c.oid union all select oid from pg_policy where polrelid = c.oid
        union all select oid from pg_rewrite where ev_class = c.oid union all select oid from pg_trigger where tgrelid = c.oid and not tgisinternal
        order by 1), md5((
        select string_agg(format('%s %s %s %s', attnum, attname, atttypid, attgenerated), ', ' order by attnum)
        from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped))) as state
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and (not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
        or exists (select from pg_extension where c.oid = any (extconfig)))
    order by c.oid`);
  return rows;
}

/** Reads the functions, types and views that belong neither to PostgreSQL nor to an extension. */
async function readDefinitionStates(client: pg.Client): Promise<ObjectState[]> {
  const { rows } = await client.query<ObjectState>(`
    select o.oid::text as oid, n.nspname as schema, o.name, o.state
    from (
      select 'pg_proc'::regclass::oid, oid, pronamespace, proname, xmin::text from pg_proc
      union all
      select 'pg_type'::regclass, oid, typnamespace, typname, xmin::text from pg_type
      where typtype in ('b', 'd', 'e', 'r') and typcategory <> 'A' or typtype = 'c' and (select relkind from pg_class where oid = typrelid) = 'c'
      union all
      select 'pg_class'::regclass, c.oid, relnamespace, relname, r.xmin::text
      from pg_class c join pg_rewrite r on r.ev_class = c.oid and r.ev_type = '1' where relkind in ('v', 'm')
    ) o (classid, oid, namespace, name, state) join pg_namespace n on n.oid = o.namespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.classid = o.classid and d.objid = o.oid and d.deptype = 'e')`);
  return rows;
}

async function describeBlockers(control: pg.Client, tables: readonly ObjectState[]): Promise<string> {
  const { rows } = await control.query<{ table: string; pid: number; query: string | null }>(
    `select distinct on (l.pid) l.relation::regclass::text as table, l.pid, left(a.query, 100) as query
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.relation = any ($1::oid[])
       and l.database = (select oid from pg_database where datname = current_database()) limit 3`,
    [tables.map(({ oid }) => oid)],
  );
  if (rows.length === 0) return "it has ended since";
  return rows
    .map(({ table, pid, query }) => `session ${pid} on ${table}${query ? ` (${query})` : ""}`)
    .join("; ");
}
