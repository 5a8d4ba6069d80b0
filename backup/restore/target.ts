import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { type DatabaseSettings, projectRefOf } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { isSource, readIdentity } from "../postgres/identity";
import {
  authTables,
  isPlatformRole,
  platformRoles,
  platformSchemas,
  storageTables,
} from "../postgres/platform";
import type { Tools } from "../postgres/tools";
import { readApplicationObjects } from "./applicationObjects";
import type { TargetShape } from "./contents";
import { markObject, readUnfinishedRestore, type UnfinishedRestore } from "./unfinished";

export interface TargetChecks {
  readonly manifest: Manifest;
  readonly tools: Tools;
  readonly settings: DatabaseSettings;
  /** Name of the database, if the target may be the source of the backup. */
  readonly intoSource: string | undefined;
  /** Name of the database, if all application objects in the target may be removed. */
  readonly replace: string | undefined;
}

export interface CheckedTarget {
  readonly shape: TargetShape;
  readonly serverMajor: number;
  /** What the target contains that could not be restored. */
  readonly holdsData: boolean;
  /**
   * The mark of an unfinished restore, from which the target's contents came, unless the mark says that the target was
   * not emptied yet.
   */
  readonly unfinished: UnfinishedRestore | undefined;
}

/**
 * Checks the target before anything is written to it.
 * @throws UserError if it is not empty, is the backup's own source, is too old for the backup, or the role lacks a
 * privilege.
 */
export async function checkTarget(client: pg.Client, checks: TargetChecks): Promise<CheckedTarget> {
  const { manifest, tools, settings, intoSource, replace } = checks;
  const target = await readIdentity(client);
  if (manifest.source.serverMajor > target.serverMajor) {
    refuse(
      `the backup is from PostgreSQL ${manifest.source.serverVersion} and the target has the older version ${target.serverVersion}`,
    );
  }
  if (Number.parseInt(manifest.tool.pgDump, 10) > tools.pgDumpMajor) {
    refuse(
      `the backup was made by pg_dump ${manifest.tool.pgDump} and pg_restore here is ${tools.pgDumpVersion}, too old to read it`,
    );
  }
  const projectRef = projectRefOf(settings.user, settings.host) ?? null;
  const isItsSource = isSource({ ...target, projectRef }, manifest.source);
  const shape = await readShape(client);
  const unfinished = await readUnfinishedRestore(client);
  const contents = await contentsOf(client, shape);
  const found = unfinished === undefined ? contents : contents.filter((what) => what !== markObject);
  const holdsData = found.length > 0 && unfinished?.isEmptied !== true;
  if (holdsData && replace !== target.database) {
    const shown = [...found.filter(isTelling), ...found.filter((what) => !isTelling(what))]
      .slice(0, 3)
      .join(", ");
    refuse(
      `the target is not empty: it has ${shown}${found.length > 3 ? " and more" : ""}; restore into an empty database, or remove all of it with --replace ${target.database}${isItsSource && intoSource !== target.database ? ` --into-source ${target.database}(its identifiers are those of the database that was backed up)` : ""}`,
    );
  }
  if (isItsSource && intoSource !== target.database) {
    refuse(
      `the target's identifiers are those of the database that was backed up; to restore into it anyway, add --into-source ${target.database}`,
    );
  }
  await refuseFiles(client);
  await refuseSubscriptions(client);
  if (shape.isProject) await requireRights(client, manifest);
  return {
    shape,
    serverMajor: target.serverMajor,
    holdsData,
    unfinished,
  };
}

/** Returns whether the object shows a reader which database it is. */
function isTelling(what: string): boolean {
  return /^(?:schema|table) /.test(what);
}

function refuse(reason: string): never {
  throw new UserError(`Nothing was restored: ${reason}.`, exitCodes.targetRefused);
}

/** Returns what shows that a database is in use: objects of an application, and rows of users and buckets. */
async function contentsOf(client: pg.Client, shape: TargetShape): Promise<string[]> {
  const found = (await readApplicationObjects(client)).map(({ what }) => what);
  if (!shape.isProject) return found;
  const filled = [
    ...authTables.map((table) => ["auth", table]),
    ...storageTables.map((table) => ["storage", table]),
    ["cron", "job"],
  ];
  for (const [schema, table] of filled) {
    const name = `${schema}.${table}`;
    if (!(await exists(client, name))) continue;
    if (!(await mayRead(client, name))) refuse(`the role may not read ${name}; restore as \`postgres\``);
    const own = schema === "cron" ? " where database = current_database()" : "";
    const { rows: some } = await client.query(`select from ${name}${own} limit 1`);
    if (some.length > 0) found.push(`rows in ${name}`);
  }
  return found;
}

/** Refuses to remove rows that describe files: no backup contains them, and files without rows are lost. */
async function refuseFiles(client: pg.Client): Promise<void> {
  if (!(await exists(client, "storage.objects")) || !(await mayRead(client, "storage.objects"))) return;
  const { rows } = await client.query("select from storage.objects limit 1");
  if (rows.length === 0) return;
  refuse("the target has files in Storage, which no backup contains; move them elsewhere first");
}

/** Refuses subscriptions, because removing one calls another server, which no transaction can roll back. */
async function refuseSubscriptions(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select subname as name from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())",
  );
  const [first] = rows;
  if (first !== undefined) refuse(`the target has subscription ${first.name}; drop it first`);
}

/** Checks the privileges that a restore into a project needs. */
async function requireRights(client: pg.Client, manifest: Manifest): Promise<void> {
  const tables = [
    ...authTables.map((table) => `auth.${table}`),
    ...storageTables.map((table) => `storage.${table}`),
  ];
  const { rows } = await client.query<{ name: string }>(
    `select format('%s.%s', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where format('%s.%s', nspname, relname) = any ($1)
       and not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'delete'))`,
    [tables],
  );
  const refused = rows.map(({ name }) => name);
  if (refused.length > 0) {
    refuse(`the role may not write to ${refused.slice(0, 3).join(", ")}; restore as \`postgres\``);
  }
  const { rows: missing } = await client.query<{ create_role: boolean; create: boolean; missing: string[] }>(
    `select rolcreaterole or rolsuper as create_role, has_database_privilege(current_database(), 'create') as create,
       array(select name from unnest($1::text[]) name where name !~ '^pg_' and not exists (select from pg_roles where rolname = name)) as missing
     from pg_roles where rolname = current_user`,
    [[...manifest.roles].filter((role) => !isPlatformRole(role))],
  );
  const [rights] = missing;
  if (rights?.create !== true) refuse("the role may not create schemas in the target; restore as `postgres`");
  if (rights.missing.length > 0 && !rights.create_role) {
    refuse(`the target lacks role ${rights.missing[0]}, and the restoring role may not create it`);
  }
}

/** Returns the kind of target; the schema `auth` decides, because a restore either needs it or creates it. */
export async function readShape(client: pg.Client): Promise<TargetShape> {
  const { rows } = await client.query<{ project: boolean; schemas: string[] }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = 'auth' and relname = 'users') as project,
       array(select nspname::text from pg_namespace) as schemas`,
  );
  const { rows: publications } = await client.query<{ name: string; all: boolean }>(
    'select pubname as name, puballtables as "all" from pg_publication',
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
    schemas: new Set(rows[0]?.schemas ?? []),
    publications: new Map(publications.map(({ name, all }) => [name, all])),
  };
}

/** Creates the platform's roles that a plain server lacks and the backup names. They cannot log in. */
export async function createPlatformRoles(client: pg.Client, roles: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>("select rolname as name from pg_roles");
  const existing = new Set(rows.map(({ name }) => name));
  for (const role of roles) {
    if (!isPlatformRole(role) || existing.has(role)) continue;
    await client.query(`create role ${client.escapeIdentifier(role)} ${platformRoles[role]}`);
  }
}

/**
 * Returns whether a relation exists, from the catalog: `to_regclass` fails for a role without privileges on the schema.
 */
async function exists(client: pg.Client, table: string): Promise<boolean> {
  const [schema, name] = table.split(".");
  const { rows } = await client.query<{ exists: boolean }>(
    "select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = $1 and relname = $2) as exists",
    [schema, name],
  );
  return rows[0]?.exists === true;
}

/** Returns whether the role has the privilege, by oid: looking up a name needs the privilege in question. */
async function mayRead(client: pg.Client, table: string): Promise<boolean> {
  const [schema, name] = table.split(".");
  const { rows } = await client.query<{ may: boolean }>(
    `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as may
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = $1 and relname = $2`,
    [schema, name],
  );
  return rows[0]?.may === true;
}
