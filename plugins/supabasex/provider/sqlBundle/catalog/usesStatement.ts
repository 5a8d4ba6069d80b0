import { firstUserOid } from "./managedObjects";

/** A row of pg_depend for each use of an object, and one for each function and operator that a used operator class consists of. */
const dependencies = `
  select d.classid, d.objid, d.refclassid, d.refobjid
  from pg_depend d
  where d.refobjid >= ${firstUserOid} and d.deptype in ('n', 'a')
  union all
  select d.classid, d.objid, part.class, part.object
  from pg_depend d
  join pg_opclass o on o.oid = d.refobjid
  join (
    select amprocfamily as family, 'pg_proc'::regclass as class, amproc::oid as object from pg_amproc
    union all
    select amopfamily, 'pg_operator'::regclass, amopopr from pg_amop
  ) part on part.family = o.opcfamily
  where d.refclassid = 'pg_opclass'::regclass and d.refobjid >= ${firstUserOid} and d.deptype in ('n', 'a')
    and d.classid in ('pg_class'::regclass, 'pg_type'::regclass)`;

/**
 * Functions, operators, types, collations and parts of text search that an extension did not create, with the objects that use them.
 * What belongs to a table, a view or a composite type counts as its own use, an array as its element, a multirange as its range, and
 * a row as its table. What the texts of functions use is not known, but the types of their arguments and results are.
 */
export const uses = `
  select distinct
    case
      when d.classid in ('pg_attrdef'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass, 'pg_trigger'::regclass)
        then 'pg_class'::regclass
      when d.classid = 'pg_constraint'::regclass then case when k.conrelid = 0 then 'pg_type'::regclass else 'pg_class'::regclass end
      when d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass) then 'pg_opfamily'::regclass
      when composite.oid is not null then 'pg_type'::regclass
      else d.classid
    end::oid as class,
    case d.classid
      when 'pg_attrdef'::regclass then (select a.adrelid from pg_attrdef a where a.oid = d.objid)
      when 'pg_rewrite'::regclass then (select r.ev_class from pg_rewrite r where r.oid = d.objid)
      when 'pg_policy'::regclass then (select p.polrelid from pg_policy p where p.oid = d.objid)
      when 'pg_statistic_ext'::regclass then (select s.stxrelid from pg_statistic_ext s where s.oid = d.objid)
      when 'pg_trigger'::regclass then (select t.tgrelid from pg_trigger t where t.oid = d.objid)
      when 'pg_constraint'::regclass then coalesce(nullif(k.conrelid, 0), k.contypid)
      when 'pg_amop'::regclass then (select o.amopfamily from pg_amop o where o.oid = d.objid)
      when 'pg_amproc'::regclass then (select f.amprocfamily from pg_amproc f where f.oid = d.objid)
      when 'pg_class'::regclass then coalesce(composite.reltype, (select i.indrelid from pg_index i where i.indexrelid = d.objid), d.objid)
      else d.objid
    end as object,
    case when row_type.oid is null then d.refclassid || ':' || coalesce(ranges.rngtypid, list.typelem, d.refobjid) || ':0'
      else 'pg_class'::regclass::oid || ':' || row_type.typrelid || ':0' end as used
  from (${dependencies}) d
  left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
  left join pg_class composite on d.classid = 'pg_class'::regclass and composite.oid = d.objid and composite.relkind = 'c'
  left join pg_type list on d.refclassid = 'pg_type'::regclass and list.oid = d.refobjid
    and list.typsubscript = 'array_subscript_handler'::regproc
  left join pg_range ranges on d.refclassid = 'pg_type'::regclass and ranges.rngmultitypid = coalesce(list.typelem, d.refobjid)
  left join (
    select t.oid, t.typrelid from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind <> 'c'
  ) row_type on d.refclassid = 'pg_type'::regclass and row_type.oid = coalesce(list.typelem, d.refobjid)
  where coalesce(list.typelem, d.refobjid) >= ${firstUserOid}
    and (d.refclassid in ('pg_operator'::regclass, 'pg_collation'::regclass, 'pg_ts_config'::regclass, 'pg_ts_dict'::regclass)
      -- The texts of policies and triggers name their functions.
      or d.refclassid = 'pg_proc'::regclass and d.classid not in ('pg_policy'::regclass, 'pg_trigger'::regclass)
      or d.refclassid = 'pg_type'::regclass and d.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass))
    and (d.refclassid, coalesce(list.typelem, d.refobjid)) not in (select m.classid, m.objid from extension_member m)`;
