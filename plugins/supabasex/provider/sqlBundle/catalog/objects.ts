import type { ClientBase } from "pg";
import type { DeclaredObject } from "../source/declaredObjects";
import { unquoted } from "../source/identifiers";
import { nameInStatement } from "./identity";

/** Where the server keeps an object: `class:oid:0`, as in catalog readings. */
export type Address = string;

/**
 * Returns the addresses of these objects, in their order; `undefined` for one that does not exist as an object of its
 * class (or has no address, like a bucket). Needs one statement, and two more if there are jobs.
 */
export async function addressesOf(
  client: ClientBase,
  objects: readonly DeclaredObject[],
): Promise<(Address | undefined)[]> {
  const { rows } = await client.query<{ at: number; address: string }>(
    `select o.at, a.class::oid || ':' || a.object || ':0' as address
     from jsonb_to_recordset($1::jsonb) as o (at integer, class text, name text, "on" text, bare name)
     cross join lateral (
       select
         case o.class
           when 'function' then 'pg_proc'::regclass when 'procedure' then 'pg_proc' when 'aggregate' then 'pg_proc'
           when 'type' then 'pg_type' when 'domain' then 'pg_type' else 'pg_class'
         end as class,
         -- A case, because conditions may be checked in any order and a name of another class does not parse.
         case
           when o.class in ('function', 'procedure', 'aggregate') then (
             select oid from pg_proc where oid = to_regprocedure(o.name)
               and prokind = any (case o.class when 'function' then '{f,w}' when 'procedure' then '{p}' else '{a}' end::"char"[]))
           when o.class in ('view', 'materialized view', 'index') then (
             select oid from pg_class where oid = to_regclass(o.name)
               and relkind = any (case o.class when 'view' then '{v}' when 'index' then '{i,I}' else '{m}' end::"char"[]))
           -- Not the row type that comes with a table or view of that name.
           when o.class in ('type', 'domain') then (
             select t.oid from pg_type t left join pg_class c on c.oid = t.typrelid
             where t.oid = to_regtype(o.name) and (t.typtype = 'd') = (o.class = 'domain') and coalesce(c.relkind, 'c') = 'c')
         end as object
       union all
       select 'pg_policy'::regclass, p.oid from pg_policy p
       where o.class = 'policy' and p.polrelid = to_regclass(o."on") and p.polname = o.bare
       union all
       select 'pg_trigger'::regclass, t.oid from pg_trigger t
       where o.class = 'trigger' and t.tgrelid = to_regclass(o."on") and t.tgname = o.bare
       union all
       select 'pg_rewrite'::regclass, r.oid from pg_rewrite r
       where o.class = 'rule' and r.ev_class = to_regclass(o."on") and r.rulename = o.bare
       union all
       select 'pg_event_trigger'::regclass, e.oid from pg_event_trigger e
       where o.class = 'event trigger' and e.evtname = o.bare
       union all
       select 'pg_publication'::regclass, p.oid from pg_publication p
       where o.class = 'publication' and p.pubname = o.bare
     ) a
     where a.object is not null`,
    [
      JSON.stringify(
        objects
          .map((object, at) => ({
            at,
            class: object.class,
            name: object.name,
            on: object.on,
            bare: unquoted(object.name),
          }))
          .filter(({ class: kind }) => kind !== "cron job" && kind !== "bucket"),
      ),
    ],
  );
  const found: (Address | undefined)[] = objects.map(() => undefined);
  for (const { at, address } of [...rows, ...(await jobAddresses(client, objects))]) found[at] = address;
  return found;
}

/** Finds jobs by name and user, if pg_cron exists. A job without a user belongs to the connected role. */
async function jobAddresses(
  client: ClientBase,
  objects: readonly DeclaredObject[],
): Promise<{ at: number; address: string }[]> {
  const jobs = objects
    .map(({ class: kind, name, user }, at) => ({ kind, at, name, user }))
    .filter(({ kind }) => kind === "cron job");
  if (jobs.length === 0) return [];
  const there = await client.query("select from pg_class where oid = to_regclass('cron.job')");
  if (there.rowCount === 0) return [];
  const { rows } = await client.query<{ at: number; address: string }>(
    `select o.at, 'cron.job'::regclass::oid || ':' || j.jobid || ':0' as address
     from jsonb_to_recordset($1::jsonb) as o (at integer, name text, "user" text)
     join cron.job j on j.jobname = o.name and j.username = coalesce(o."user", current_user)`,
    [JSON.stringify(jobs)],
  );
  return rows;
}

/**
 * Returns which owners' objects depend on which other owners' objects, from the catalog: pairs of dependent and
 * dependency. A view's dependencies are those of its rule, and others may depend on its row type.
 */
export async function dependenciesBetween(
  client: ClientBase,
  owned: readonly { readonly owner: string; readonly address: Address }[],
): Promise<[dependent: string, dependency: string][]> {
  const records = owned.map(({ owner, address }) => {
    const [classId, objectId] = address.split(":");
    return { owner, class: classId, object: objectId };
  });
  const { rows } = await client.query<{ dependent: string; dependency: string }>(
    `with object as materialized (
       select owner, class, object from jsonb_to_recordset($1::jsonb) as r (owner text, class oid, object oid)
     ),
     dependent as (
       select owner, class, object from object
       union
       select o.owner, 'pg_rewrite'::regclass, r.oid
       from object o join pg_rewrite r on r.ev_class = o.object where o.class = 'pg_class'::regclass
     ),
     dependency as (
       select owner, class, object from object
       union
       select o.owner, 'pg_type'::regclass, c.reltype
       from object o join pg_class c on c.oid = o.object where o.class = 'pg_class'::regclass and c.reltype <> 0
     )
     select distinct a.owner as dependent, b.owner as dependency
     from dependent a
     join pg_depend d on d.classid = a.class and d.objid = a.object
     join dependency b on b.class = d.refclassid and b.object = d.refobjid
     where a.owner <> b.owner
     order by 1, 2`,
    [JSON.stringify(records)],
  );
  return rows.map(({ dependent, dependency }) => [dependent, dependency]);
}

/** Returns the statement that drops an object; `undefined` for a bucket, which holds data. */
export function dropStatement(
  object: DeclaredObject,
  behaviour: "restrict" | "cascade" = "restrict",
): string | undefined {
  switch (object.class) {
    case "bucket":
      return undefined;
    case "cron job":
      return dropJob(object.name, object.user);
    case "policy":
      return `drop policy if exists ${object.name} on ${object.on}`;
    case "trigger":
    case "rule":
      return `drop ${object.class} if exists ${object.name} on ${object.on} ${behaviour}`;
    default:
      return `drop ${object.class} if exists ${nameInStatement(object.class, object.name)} ${behaviour}`;
  }
}

/** Returns the statement that renames an object; empty for what has no name in the server. */
export function renameStatement(object: DeclaredObject, to: string): string {
  switch (object.class) {
    case "bucket":
    case "cron job":
      return "";
    case "policy":
    case "trigger":
    case "rule":
      return `alter ${object.class} ${object.name} on ${object.on} rename to ${to}`;
    default:
      return `alter ${object.class} ${nameInStatement(object.class, object.name)} rename to ${to}`;
  }
}

/** Returns the statement that drops a job as its own user. It is one statement, because callers count statements. */
function dropJob(name: string, user: string | undefined): string {
  const drop = `cron.unschedule(jobid) from cron.job where jobname = ${literal(name)} and username = current_user`;
  if (user === undefined) return `select ${drop}`;
  const body = `begin perform set_config('role', ${literal(user)}, true); perform ${drop}; set role none; end`;
  return `do ${literal(body)}`;
}

/** Returns a string as an SQL literal, regardless of standard_conforming_strings. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
