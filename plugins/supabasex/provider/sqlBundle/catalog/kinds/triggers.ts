import { dependsOn } from "./dependsOn";
import { json, type Kind, list, text } from "./kind";

const enabled = (column: string) => `case ${column}
      when 'O' then 'yes' when 'D' then 'no' when 'R' then 'on replicas' else 'always' end`;

/** Returns whether `copy`, a statement trigger of a partition, does there what `original` does on a table above it. */
const isCopy = (copy: string, original: string) =>
  `not ${copy}.tgisinternal and ${copy}.tgtype & 1 = 0 and ${copy}.tgqual is null and ${original}.tgqual is null
    and (${copy}.tgname, ${copy}.tgfoid, ${copy}.tgtype, ${copy}.tgenabled, ${copy}.tgargs, ${copy}.tgattr)
      = (${original}.tgname, ${original}.tgfoid, ${original}.tgtype, ${original}.tgenabled, ${original}.tgargs, ${original}.tgattr)`;

/**
 * Triggers created by users, on our tables, on the platform's, and on those of extensions unless their function belongs to the same one. A trigger that a partition inherits only counts
 * if it is enabled differently. The server does not copy statement triggers to partitions. Copies are compared together, on partitions of all
 * levels: `partitions` is `all`, or lists the partitions without a copy if others have one.
 */
export const triggers: Kind = {
  identity: `'trigger ' || r.name || ' ' || quote_ident(t.tgname)`,
  address: { catalog: `'pg_trigger'::regclass`, object: `t.oid` },
  properties: {
    definition: text(`pg_get_triggerdef(t.oid)`),
    enabled: text(`${enabled("t.tgenabled")}`),
    ...dependsOn("pg_trigger", "t.oid"),
    inheritedFrom: text(`parent.tgrelid::regclass::text`),
    partitions: json(`case when r.kind = 'p' and t.tgtype & 1 = 0 then (
      with recursive below as (
        select i.inhrelid as oid from pg_inherits i where i.inhparent = t.tgrelid
        union all
        select i.inhrelid from below b join pg_inherits i on i.inhparent = b.oid
      )
      select case
        when bool_and(p.guarded) then '"all"'
        when bool_or(p.guarded) then json_agg(p.name order by p.name) filter (where not p.guarded) end
      from (
        select b.oid::regclass::text as name, exists (
          select from pg_trigger copy where copy.tgrelid = b.oid and ${isCopy("copy", "t")}) as guarded
        from below b
      ) p) end`),
  },
  from: `policed_relation r
join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
left join pg_trigger parent on parent.oid = t.tgparentid
where (t.tgparentid = 0 or t.tgenabled <> parent.tgenabled)
  and not (r.partition and t.tgparentid = 0 and exists (
    select from pg_partition_ancestors(r.oid) a (oid) join pg_trigger above on above.tgrelid = a.oid
    where a.oid <> r.oid and ${isCopy("t", "above")}))
  and not exists (
    select from extension_member m
    where m.refobjid = r.extension and m.classid = 'pg_proc'::regclass and m.objid = t.tgfoid)`,
};

/** Rules on our tables, on the platform's, and on those of extensions, except the one of a view and those of an extension's script. */
export const rules: Kind = {
  identity: `'rule ' || r.name || ' ' || quote_ident(w.rulename)`,
  address: { catalog: `'pg_rewrite'::regclass`, object: `w.oid` },
  properties: {
    definition: text(`pg_get_ruledef(w.oid)`),
    enabled: text(`${enabled("w.ev_enabled")}`),
  },
  from: `policed_relation r
join pg_rewrite w on w.ev_class = r.oid and w.rulename <> '_RETURN' and w.xmin is distinct from r.added`,
};

/** All event triggers of any owner, except those of an extension. */
export const eventTriggers: Kind = {
  identity: `'event trigger ' || quote_ident(t.evtname)`,
  address: { catalog: `'pg_event_trigger'::regclass`, object: `t.oid` },
  properties: {
    owner: text(`pg_get_userbyid(t.evtowner)`),
    event: text(`t.evtevent`),
    tags: list(`t.evttags`),
    function: text(`p.oid::regprocedure::text`),
    enabled: text(`${enabled("t.evtenabled")}`),
  },
  from: `pg_event_trigger t
join pg_proc p on p.oid = t.evtfoid
where t.oid not in (select objid from extension_member where classid = 'pg_event_trigger'::regclass)`,
};
