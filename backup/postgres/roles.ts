import pg from "pg";
import { platformRoles, platformRolesWithOpenSettings } from "./platform";

const { escapeLiteral } = pg;

/** Returns names for `= any (…)`. */
const list = (names: readonly string[]): string =>
  `array[${names.map((name) => escapeLiteral(name)).join(", ")}]::text[]`;

const lines = (line: string, from: string): string =>
  `(select coalesce(string_agg(line, E'\\n' order by line collate "C"), '') from (select distinct ${line} as line from ${from}) l)`;

const settings = (role: string, what: string, condition: string): string =>
  lines(
    `case when s.setdatabase <> 0 and s.setrole <> 0 then 'in database: ' else '' end || ${what}`,
    `pg_db_role_setting s cross join unnest(s.setconfig) entry
     where s.setrole = ${role} and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
       and (s.setrole <> 0 or s.setdatabase <> 0) and ${condition}`,
  );

/**
 * Returns the facts about the settings that any owner may set. The others belong to the stack or need a superuser. A
 * role's settings in this database begin with `in database: `. Of custom settings, such as `app.key`, only the name is a
 * fact, because the value may be a secret and differences are printed. Supabase sets `app.settings.…` itself.
 */
export const settingsOf = (role: string): string => `
  'settings', ${settings(role, "entry", "exists (select from pg_settings where name = split_part(entry, '=', 1) and context = 'user')")},
  'custom settings', ${settings(
    role,
    "split_part(entry, '=', 1)",
    "split_part(entry, '=', 1) like '%.%' and entry not like 'app.settings.%' and not exists (select from pg_settings where name = split_part(entry, '=', 1))",
  )}`;

/**
 * Memberships, one line each, with `*` for the admin option. From version 16 on, the creator of a role has one that
 * only contains that.
 */
const memberOf = lines(
  "quote_ident(g.rolname) || case when a.admin_option then '*' else '' end",
  `pg_auth_members a join pg_roles g on g.oid = a.roleid
   where a.member = r.oid and coalesce((to_jsonb(a) ->> 'inherit_option')::boolean or (to_jsonb(a) ->> 'set_option')::boolean, true)`,
);

/** Options of memberships other than INHERIT with SET, one line each. There are none before version 16. */
const membershipOptions = `case when current_setting('server_version_num')::int >= 160000 then (
  select coalesce(string_agg(line, E'\\n' order by line collate "C"), '') from (
    select format('%I: admin %s, inherit %s, set %s', g.rolname, bool_or(a.admin_option)::text, bool_or(o.inherit)::text, bool_or(o.set)::text) as line
    from pg_auth_members a join pg_roles g on g.oid = a.roleid
      cross join lateral (select (to_jsonb(a) ->> 'inherit_option')::boolean, (to_jsonb(a) ->> 'set_option')::boolean) o (inherit, set)
    where a.member = r.oid group by g.rolname having not (bool_or(o.inherit) and bool_or(o.set))) l) end`;

/**
 * Queries for `kind`, `name` and `facts` of the application's roles, and of the settings that it may set for the
 * platform's.
 */
export const roleParts: readonly string[] = [
  `select 'role', quote_ident(r.rolname),
     json_build_object(
       'attributes', concat_ws(' ', case when rolcanlogin then 'login' else 'nologin' end, case when rolinherit then 'inherit' else 'noinherit' end,
         case when rolcreatedb then 'createdb' else 'nocreatedb' end, case when rolcreaterole then 'createrole' else 'nocreaterole' end,
         case when rolbypassrls then 'bypassrls' else 'nobypassrls' end, case when rolreplication then 'replication' else 'noreplication' end),
       'connection limit', rolconnlimit::text,
       'valid until', case when isfinite(rolvaliduntil) then to_char(rolvaliduntil at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') || '+00' else '' end,
       'member of', ${memberOf}, 'membership options', ${membershipOptions},
       ${settingsOf("r.oid")})
   from pg_roles r where not rolsuper and rolname !~ '^pg_' and rolname <> all (${list(Object.keys(platformRoles))})`,
  `select 'role', quote_ident(r.rolname), json_build_object(${settingsOf("r.oid")})
   from pg_roles r where not rolsuper and rolname = any (${list(platformRolesWithOpenSettings)})`,
];
