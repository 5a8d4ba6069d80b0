import pg from "pg";
import { block, warnOfRefusal } from "./block";
import { describeMemberships } from "./memberships";
import { isPlatformObject, platformRoles, platformRolesWithOpenSettings } from "./platform";
import { unquoteIdentifier } from "./sqlText";

const { escapeIdentifier, escapeLiteral } = pg;

interface RoleRow {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  readonly create_db: boolean;
  readonly create_role: boolean;
  readonly bypass_rls: boolean;
  readonly replication: boolean;
  readonly connection_limit: number;
  readonly valid_until: string | null;
  readonly comment: string | null;
}

/**
 * Returns the server-wide parts as SQL that can run twice: the roles that the platform does not create, their memberships and
 * settings, and the database's settings. Passwords are omitted: a reader of the backup could log in as the role, and `pulumi
 * up` sets them again.
 */
export async function describeGlobals(client: pg.Client): Promise<string> {
  const { rows: roles } = await client.query<RoleRow>(
    `select rolname as name, rolcanlogin as login, rolinherit as inherit, rolcreatedb as create_db,
       rolcreaterole as create_role, rolbypassrls as bypass_rls, rolreplication as replication, rolconnlimit as connection_limit,
       rolvaliduntil::text as valid_until, shobj_description(oid, 'pg_authid') as comment
     from pg_roles where rolname !~ '^pg_' and rolname <> all ($1) and not rolsuper order by 1`,
    [Object.keys(platformRoles)],
  );
  return [
    "-- Roles without passwords, their memberships and settings, and the settings of the database.",
    ...roles.map(createRole),
    ...(await describeMemberships(
      client,
      roles.map(({ name }) => name),
    )),
    ...(await describeSettings(client, roles)),
    "",
  ].join("\n");
}

function createRole(role: RoleRow): string {
  const attributes = [
    role.login ? "login" : "nologin",
    role.inherit ? "inherit" : "noinherit",
    ...(role.create_db ? ["createdb"] : []),
    ...(role.create_role ? ["createrole"] : []),
    ...(role.bypass_rls ? ["bypassrls"] : []),
    ...(role.connection_limit === -1 ? [] : [`connection limit ${role.connection_limit}`]),
    ...(role.valid_until === null ? [] : [`valid until ${escapeLiteral(role.valid_until)}`]),
  ].join(" ");
  const name = escapeIdentifier(role.name);
  // Before version 16, only a superuser can grant it.
  const replication = role.replication
    ? `\n    begin alter role ${name} replication; exception when insufficient_privilege then null; end;`
    : "";
  const create = block(`
  if not exists (select from pg_catalog.pg_roles where rolname = ${escapeLiteral(role.name)}) then
    create role ${name} ${attributes};${replication}
  end if;
`);
  if (role.comment === null) return create;
  const comment = escapeLiteral(role.comment);
  const setComment = block(`
  if pg_catalog.shobj_description(${escapeLiteral(name)}::regrole, 'pg_authid') is distinct from ${comment} then
    comment on role ${name} is ${comment};
  end if;
`);
  return [create, setComment].join("\n");
}

/**
 * Returns the settings that any owner may set. If a target already has a role's setting, as a new project does, it is
 * not set, so no privilege is needed.
 */
async function describeSettings(client: pg.Client, roles: readonly RoleRow[]): Promise<string[]> {
  const { rows } = await client.query<{
    role: string | null;
    in_database: boolean;
    setting: string;
    is_known: boolean;
  }>(
    `select r.rolname as role, s.setdatabase <> 0 as in_database, entry as setting,
       exists (select from pg_settings where name = split_part(entry, '=', 1)) as is_known
     from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
       cross join unnest(s.setconfig) as entry
     where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
       and (s.setrole = 0 and s.setdatabase <> 0 or r.rolname = any ($1))
       and coalesce((select context = 'user' from pg_settings where name = split_part(entry, '=', 1)), true)
     order by 1 nulls first, 2, 3`,
    [[...roles.map(({ name }) => name), ...platformRolesWithOpenSettings]],
  );
  return rows.map(({ role, in_database, setting, is_known }) => {
    const statement = tolerant(describeSetting(role, in_database, setting), { is_known, role, setting });
    if (role === null) return statement;
    const database = in_database
      ? "(select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())"
      : "0";
    const isThere = `exists (select from pg_catalog.pg_db_role_setting where setrole = ${escapeLiteral(escapeIdentifier(role))}::regrole
      and setdatabase = ${database} and ${escapeLiteral(setting)} = any (setconfig))`;
    return block(`if not ${isThere} then execute ${escapeLiteral(statement)}; end if;`);
  });
}

/**
 * Returns a block that tolerates a refusal, so that everything else is restored: a target may lack the value, such as a
 * locale, or the setting. From version 15 on, only a superuser or a role with the privilege may set a parameter that no
 * module has defined.
 */
function tolerant(
  statement: string,
  {
    is_known,
    role,
    setting,
  }: { readonly is_known: boolean; readonly role: string | null; readonly setting: string },
): string {
  const name = `setting ${setting.slice(0, setting.indexOf("="))} of ${role === null ? "the database" : `role ${role}`}`;
  const warn = (reason: string): string => warnOfRefusal(name, reason);
  return block(
    [
      `execute ${escapeLiteral(statement)};`,
      // The server's message may quote the value, which may be a secret.
      `exception when invalid_parameter_value then ${warn("its value is invalid on this server (22023)")}`,
      `when undefined_object then ${warn("it, or what its value names, does not exist on this server (42704)")}`,
      ...(is_known ? [] : [`when insufficient_privilege then ${warn("only a superuser may set it")}`]),
    ].join(" "),
  );
}

function describeSetting(role: string | null, in_database: boolean, setting: string): string {
  const separator = setting.indexOf("=");
  const assignment = `set ${settingName(setting.slice(0, separator))} to ${settingValue(setting, separator)}`;
  if (role !== null && !in_database) return `alter role ${escapeIdentifier(role)} ${assignment};`;
  return inCurrentDatabase(
    role === null ? "alter database" : `alter role ${escapeIdentifier(role)} in database`,
    assignment,
  );
}

/** Returns a block that runs a statement with the name of the current database between its parts. */
export function inCurrentDatabase(before: string, after: string): string {
  const [first, second] = [before, after].map((part) => part.replaceAll("%", "%%"));
  return block(`execute format(${escapeLiteral(`${first} %I ${second}`)}, current_database());`);
}

/** Quotes each name of `app.settings.x` separately. */
export function settingName(name: string): string {
  return name.split(".").map(escapeIdentifier).join(".");
}

/** Settings that are lists keep their elements separate. `pg_dump` recognizes them by the same names. */
const listSettings = new Set([
  "search_path",
  "temp_tablespaces",
  "session_preload_libraries",
  "local_preload_libraries",
]);

function settingValue(setting: string, separator: number): string {
  const value = setting.slice(separator + 1);
  if (!listSettings.has(setting.slice(0, separator))) return escapeLiteral(value);
  // As strings, because an empty element is no valid identifier: `search_path = ''` is stored as `""`.
  const elements = value.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [""];
  return elements.map((element) => escapeLiteral(unquoteIdentifier(element))).join(", ");
}

/**
 * Returns the jobs of pg_cron in this database, as calls that create them; undefined without any. A job runs as its
 * creator, so each is created as its owner.
 */
export async function describeJobs(client: pg.Client): Promise<string | undefined> {
  const { rows: found } = await client.query<{ exists: boolean }>(
    "select to_regclass('cron.job') is not null as exists",
  );
  if (found[0]?.exists !== true) return undefined;
  const { rows: jobs } = await client.query<{
    name: string | null;
    schedule: string;
    command: string;
    active: boolean;
    owner: string;
  }>(
    `select jobname as name, schedule, command, active, username as owner from cron.job
     where database = current_database() order by jobid`,
  );
  if (jobs.length === 0) return undefined;
  return [
    "-- Jobs of pg_cron. A job runs as the role that creates it.",
    ...jobs.flatMap(({ name, schedule, command, active, owner }) => {
      const call = `cron.schedule(${[...(name === null ? [] : [name]), schedule, command].map((text) => escapeLiteral(text)).join(", ")})`;
      return [
        `set role ${escapeIdentifier(owner)};`,
        active ? `select ${call};` : `select cron.alter_job(job_id := ${call}, active := false);`,
        "reset role;",
      ];
    }),
    "",
  ].join("\n");
}

/** Returns statements that refresh the materialized views, each after those that it reads. */
export async function describeMaterializedViews(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ schema: string; name: string; owner: string }>(
    `with recursive reading as (
       -- Views only: rules of tables can read each other in a circle, and refresh nothing.
       select distinct r.ev_class as reader, d.refobjid as source from pg_rewrite r
         join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
       where r.ev_type = '1'),
     depth as (
       select oid, 0 as level from pg_class where relkind = 'm'
       union
       -- Views that read each other in a circle can exist, but no query can use them.
       select r.reader, d.level + 1 from depth d join reading r on r.source = d.oid
       where d.level < (select count(*) from pg_class where relkind in ('v', 'm')))
     select n.nspname as schema, c.relname as name, pg_get_userbyid(c.relowner) as owner
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'm' and c.relispopulated
       and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
     order by (select max(level) from depth where depth.oid = c.oid), 1, 2`,
  );
  const views = rows
    .filter(({ schema, owner }) => !isPlatformObject(schema, owner))
    .map(({ schema, name }) => `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`);
  if (views.length === 0) return undefined;
  return [
    "-- Contents of the materialized views.",
    ...views.map((view) => `refresh materialized view ${view};`),
    "",
  ].join("\n");
}

/**
 * Returns the contents of the publication of Supabase's Realtime. A new project has the publication, so the archive's
 * statement for it is skipped, unless only one of them publishes all tables. Its options matter, though: published
 * deletes reach every subscriber, regardless of policies.
 */
export async function describePublication(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ publishes: string; via_root: boolean }>(
    `select concat_ws(', ', case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
         case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end) as publishes,
       pubviaroot as via_root
     from pg_publication where pubname = 'supabase_realtime'`,
  );
  const [publication] = rows;
  if (publication === undefined) return undefined;
  const options = `publish = ${escapeLiteral(publication.publishes)}, publish_via_partition_root = ${publication.via_root}`;
  return `-- What Realtime publishes.\nalter publication supabase_realtime set (${options});\n`;
}
