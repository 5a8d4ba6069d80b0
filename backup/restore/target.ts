import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { isSource, readIdentity } from "../postgres/identity";
import { authTables, platformRoles, platformSchemas, storageTables } from "../postgres/platform";
import type { Tools } from "../postgres/tools";
import type { TargetShape } from "./contents";

export interface TargetChecks {
  readonly manifest: Manifest;
  readonly tools: Tools;
  /** Name of the database where the target may be the very one that the backup was taken of. */
  readonly intoSource: string | undefined;
  /** Name of the database where everything of an application that the target has may be removed. */
  readonly replace: string | undefined;
}

/**
 * Looks at the target before anything is written to it.
 * @throws UserError when it has something in it, is the backup's own source, or is too old for the backup.
 */
export async function checkTarget(client: pg.Client, checks: TargetChecks): Promise<{ isEmpty: boolean }> {
  const { manifest, tools, intoSource, replace } = checks;
  const target = await readIdentity(client);
  const found = await contentsOf(client);
  const refuse = (reason: string): never => {
    throw new UserError(`Nothing was restored: ${reason}.`, exitCodes.targetRefused);
  };
  if (major(manifest.tool.pgDump) > tools.pgDumpMajor) {
    refuse(
      `the backup was made by pg_dump ${manifest.tool.pgDump} and pg_restore here is ${tools.pgDumpVersion}, too old to read it`,
    );
  }
  if (major(manifest.source.serverVersion) > Math.floor(target.serverVersionNumber / 10_000)) {
    refuse(
      `the backup is of PostgreSQL ${manifest.source.serverVersion} and the target is ${target.serverVersion}, older than that`,
    );
  }
  if (found.length > 0 && replace !== target.database) {
    const shown = found.slice(0, 3).join(", ");
    refuse(
      `the target is not empty: it has ${shown}${found.length > 3 ? " and more" : ""}; restore into a fresh database, or have all of that removed with --replace ${target.database}`,
    );
  }
  if (isSource(target, manifest.source) && intoSource !== target.database) {
    refuse(
      `the target is, by its identifiers, the database that the backup was taken of; if that is meant, say so with --into-source ${target.database}`,
    );
  }
  return { isEmpty: found.length === 0 };
}

/** What makes a database one that is in use: anything of an application, and rows of users and buckets. */
async function contentsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `with foreign_to_platform as (
       select oid, nspname from pg_namespace n
       where nspname !~ '^pg_' and nspname <> 'information_schema' and nspname <> all ($1)
         and not exists (select from pg_depend where classid = 'pg_namespace'::regclass and objid = n.oid and deptype = 'e'))
     select 'schema ' || nspname as what from foreign_to_platform where nspname <> 'public'
     union all
     select 'table ' || nspname || '.' || relname from pg_class c join foreign_to_platform n on n.oid = c.relnamespace
     where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
     union all
     select 'function ' || nspname || '.' || proname from pg_proc p join foreign_to_platform n on n.oid = p.pronamespace
     where not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
     limit 10`,
    [[...platformSchemas]],
  );
  const found = rows.map(({ what }) => what);
  const filled = [
    ...authTables.map((table) => ["auth", table]),
    ...storageTables.map((table) => ["storage", table]),
  ];
  for (const [schema, table] of filled) {
    const name = `${schema}.${table}`;
    const { rows: exists } = await client.query<{ exists: boolean }>(
      "select to_regclass($1) is not null as exists",
      [name],
    );
    if (exists[0]?.exists !== true) continue;
    const { rows: some } = await client.query(`select from ${name} limit 1`);
    if (some.length > 0) found.push(`rows in ${name}`);
  }
  return found;
}

/** A project of Supabase, or a plain database; decided by whether `auth` is there, for a restore either needs or makes it. */
export async function readShape(client: pg.Client): Promise<TargetShape> {
  const { rows } = await client.query<{ project: boolean }>(
    "select to_regclass('auth.users') is not null as project",
  );
  const { rows: existing } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname || ' ' || o.name as name
     from (select polrelid as relation, polname as name from pg_policy
           union all select tgrelid, tgname from pg_trigger where not tgisinternal) o
       join pg_class c on c.oid = o.relation join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1)`,
    [[...platformSchemas]],
  );
  return {
    isProject: rows[0]?.project === true,
    onPlatformTables: new Set(existing.map(({ name }) => name)),
  };
}

/** Makes those of the platform's roles that a plain server lacks and the backup names; they cannot log in. */
export async function createPlatformRoles(client: pg.Client, roles: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>("select rolname as name from pg_roles");
  const existing = new Set(rows.map(({ name }) => name));
  for (const role of roles) {
    const attributes = platformRoles[role];
    if (attributes === undefined || existing.has(role)) continue;
    await client.query(`create role ${client.escapeIdentifier(role)} ${attributes}`);
  }
}

/** Makes the extensions, and answers with the names and reasons of those that the target cannot have. */
export async function createExtensions(
  client: pg.Client,
  extensions: Manifest["extensions"],
): Promise<string[]> {
  const leftOut: string[] = [];
  for (const extension of extensions) {
    const name = client.escapeIdentifier(extension.name);
    const schema = client.escapeIdentifier(extension.schema);
    try {
      const { rows } = await client.query<{ exists: boolean }>(
        "select exists (select from pg_namespace where nspname = $1) as exists",
        [extension.schema],
      );
      const place = rows[0]?.exists === true && extension.schema !== "pg_catalog" ? ` schema ${schema}` : "";
      await client.query(`create extension if not exists ${name}${place}`);
    } catch (error) {
      leftOut.push(`${extension.name} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return leftOut;
}

function major(version: string): number {
  return Number.parseInt(version, 10);
}
