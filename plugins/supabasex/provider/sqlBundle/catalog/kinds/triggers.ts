import type { KindQuery } from "./kind";

const enabled = (column: string) => `case ${column}
      when 'O' then 'yes' when 'D' then 'no' when 'R' then 'on replicas' else 'always' end`;

/**
 * Triggers that somebody created. On a table of the platform those are ours whose function is not the platform's.
 * A trigger that a partition has from its parent counts only where it was switched otherwise.
 */
export const triggers: KindQuery = `
select
  'trigger ' || r.name || ' ' || quote_ident(t.tgname),
  'pg_trigger'::regclass::oid, t.oid, 0, null, null, null,
  json_build_object(
    'definition', pg_get_triggerdef(t.oid),
    'enabled', ${enabled("t.tgenabled")},
    'comment', d.description)
from policed_relation r
join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
left join pg_trigger parent on parent.oid = t.tgparentid
left join pg_description d on d.classoid = 'pg_trigger'::regclass and d.objoid = t.oid
where (t.tgparentid = 0 or t.tgenabled <> parent.tgenabled)
  and not (r.platform and exists (
    select from pg_proc p
    where p.oid = t.tgfoid and (
      p.pronamespace in (select oid from platform_schema)
      or exists (select from extension_member e where e.classid = 'pg_proc'::regclass and e.objid = p.oid))))`;

/** Rules, other than the one that makes a view a view. */
export const rules: KindQuery = `
select
  'rule ' || r.name || ' ' || quote_ident(w.rulename),
  'pg_rewrite'::regclass::oid, w.oid, 0, null, null, null,
  json_build_object(
    'definition', pg_get_ruledef(w.oid),
    'enabled', ${enabled("w.ev_enabled")},
    'comment', d.description)
from relation r
join pg_rewrite w on w.ev_class = r.oid and w.rulename <> '_RETURN'
left join pg_description d on d.classoid = 'pg_rewrite'::regclass and d.objoid = w.oid`;

/** Event triggers that run a function of ours. */
export const eventTriggers: KindQuery = `
select
  'event trigger ' || quote_ident(t.evtname),
  'pg_event_trigger'::regclass::oid, t.oid, 0, null, null, null,
  json_build_object(
    'owner', pg_get_userbyid(t.evtowner),
    'event', t.evtevent,
    'tags', to_json(t.evttags),
    'function', p.oid::regprocedure::text,
    'enabled', ${enabled("t.evtenabled")},
    'comment', d.description)
from pg_event_trigger t
join pg_proc p on p.oid = t.evtfoid and p.pronamespace not in (select oid from platform_schema)
left join pg_description d on d.classoid = 'pg_event_trigger'::regclass and d.objoid = t.oid
where not exists (
  select from extension_member e where e.classid = 'pg_event_trigger'::regclass and e.objid = t.oid)`;
