import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { authTables, platformSchemas } from "../postgres/platform";

/**
 * Takes everything of an application out of a database, as one transaction: its schemas, what it put into `public` and on
 * the platform's tables, its jobs, users and buckets. Extensions and roles stay.
 * @throws UserError when there are files in Storage: rows of theirs are not in a backup.
 */
export async function emptyTarget(client: pg.Client): Promise<void> {
  await client.query("begin");
  try {
    await refuseFiles(client);
    for (const statement of await statementsThatEmpty(client)) await client.query(statement);
    await emptyPlatformTables(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `Nothing was restored: emptying the target failed: ${reason}.`,
      exitCodes.targetRefused,
      {
        cause: error,
      },
    );
  }
}

async function refuseFiles(client: pg.Client): Promise<void> {
  if (!(await exists(client, "storage.objects"))) return;
  const { rows } = await client.query("select from storage.objects limit 1");
  if (rows.length === 0) return;
  throw new UserError(
    "Nothing was restored: the target has files in Storage, which no backup would bring back; move them away first.",
    exitCodes.targetRefused,
  );
}

/** In an order in which each finds what it is about; `cascade` takes the rest of `public` along. */
async function statementsThatEmpty(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `with own as (
       select oid, nspname from pg_namespace n
       where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') and nspname <> all ($1)
         and not exists (select from pg_depend where classid = 'pg_namespace'::regclass and objid = n.oid and deptype = 'e')),
     in_public as (
       select 1 as turn, 'pg_class'::regclass as class, oid,
         format('drop %s if exists public.%I cascade', case relkind
           when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
           when 'f' then 'foreign table' else 'table' end, relname) as statement
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       union all
       select 2, 'pg_proc'::regclass, oid, format('drop routine if exists public.%I(%s) cascade', proname,
         pg_get_function_identity_arguments(oid))
       from pg_proc where pronamespace = 'public'::regnamespace
       union all
       select 3, 'pg_type'::regclass, oid, format('drop type if exists public.%I cascade', typname)
       from pg_type t where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
       union all
       select 3, 'pg_type'::regclass, t.oid, format('drop type if exists public.%I cascade', typname)
       from pg_type t join pg_class c on c.oid = t.typrelid
       where typnamespace = 'public'::regnamespace and typtype = 'c' and relkind = 'c')
     select statement from (
       select 0 as turn, format('drop policy %I on %I.%I', polname, n.nspname, c.relname) as statement
       from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('auth', 'storage', 'realtime')
       union all
       select 0, format('drop schema %I cascade', nspname) from own
       union all
       select turn, statement from in_public o
       where not exists (select from pg_depend where classid = o.class and objid = o.oid and deptype = 'e')) s
     order by turn, statement`,
    [[...platformSchemas]],
  );
  return rows.map(({ statement }) => statement);
}

async function emptyPlatformTables(client: pg.Client): Promise<void> {
  if (await exists(client, "cron.job")) {
    await client.query("select cron.unschedule(jobid) from cron.job where database = current_database()");
  }
  // Those that refer to others first.
  for (const table of [...authTables].reverse()) {
    if (await exists(client, `auth.${table}`)) await client.query(`delete from auth.${table}`);
  }
  if (await exists(client, "storage.buckets")) {
    // Storage guards its tables against exactly this, unless somebody says that it is meant.
    await client.query("set local storage.allow_delete_query = 'true'");
    await client.query("delete from storage.buckets");
  }
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>("select to_regclass($1) is not null as exists", [
    table,
  ]);
  return rows[0]?.exists === true;
}
