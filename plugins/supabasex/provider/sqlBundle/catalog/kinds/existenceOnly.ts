import { firstUserOid } from "../managedObjects";
import { boolean, type Kind, onServer, sha256, text } from "./kind";

/** System catalogs whose objects are listed by name, so added and removed ones are detected. What they do is only a hash. */
const catalogs = [
  "pg_am",
  "pg_cast",
  "pg_collation",
  "pg_conversion",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_language",
  "pg_opclass",
  "pg_operator",
  "pg_opfamily",
  "pg_transform",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_user_mapping",
];

const everyObject = [
  ...catalogs.map(
    (name) => `select '${name}'::regclass::oid as class, oid from ${name} where oid >= ${firstUserOid}`,
  ),
  `select 'pg_proc'::regclass::oid, oid from pg_proc where prokind = 'a' and oid >= ${firstUserOid}`,
  `select 'pg_type'::regclass::oid, t.oid from pg_type t
   where t.typtype = 'b' and t.oid >= ${firstUserOid}
     and not exists (select from pg_type element where element.typarray = t.oid)`,
].join("\n  union all\n  ");

/** What an object does: mostly the functions that it calls. The owner is added to it. */
const contents: Readonly<Record<string, string>> = {
  pg_aggregate: `select concat_ws(' ', a.aggtransfn::regprocedure, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.agginitval,
      a.aggmtransfn, a.aggmfinalfn, a.aggminvtransfn, a.aggserialfn, a.aggdeserialfn, a.aggsortop::regoperator)
    from pg_aggregate a where a.aggfnoid = o.oid`,
  pg_am: "select m.amhandler::text from pg_am m where m.oid = o.oid",
  pg_cast: `select concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod) from pg_cast c where c.oid = o.oid`,
  // A version of the operating system's, which changes with its packages, is left out.
  pg_collation: `select (to_jsonb(c) - '{oid,collversion,collowner,collnamespace}'::text[])::text from pg_collation c
    where c.oid = o.oid`,
  pg_conversion: `select concat_ws(' ', c.conproc, c.condefault) from pg_conversion c where c.oid = o.oid`,
  pg_foreign_data_wrapper: `select concat_ws(' ', w.fdwhandler::regproc, w.fdwvalidator::regproc)
    from pg_foreign_data_wrapper w where w.oid = o.oid`,
  pg_foreign_server: `select concat_ws(' ', s.srvtype, s.srvversion) from pg_foreign_server s where s.oid = o.oid`,
  pg_language: `select concat_ws(' ', l.lanpltrusted, l.lanplcallfoid::regprocedure, l.laninline::regprocedure)
    from pg_language l where l.oid = o.oid`,
  pg_opclass: `select concat_ws(' ', c.opcdefault, c.opcintype::regtype) from pg_opclass c where c.oid = o.oid`,
  pg_operator: `select concat_ws(' ', p.oprcode, p.oprcom::regoperator, p.oprnegate::regoperator, p.oprrest, p.oprjoin,
    p.oprcanhash, p.oprcanmerge) from pg_operator p where p.oid = o.oid`,
  pg_opfamily: `select coalesce(string_agg(line, ' ' order by line collate "C"), '') from (
    select concat_ws(' ', p.amopstrategy, p.amopopr::regoperator) as line from pg_amop p where p.amopfamily = o.oid
    union all
    select concat_ws(' ', p.amprocnum, p.amproc::regprocedure) from pg_amproc p where p.amprocfamily = o.oid) members`,
  pg_ts_config: `select concat_ws(' ', (select p.prsname from pg_ts_parser p where p.oid = c.cfgparser), (
      select string_agg(concat_ws(' ', p.maptokentype, p.mapdict::regdictionary), ' ' order by p.maptokentype, p.mapseqno)
      from pg_ts_config_map p where p.mapcfg = c.oid))
    from pg_ts_config c where c.oid = o.oid`,
  pg_ts_dict: `select concat_ws(' ', t.tmplname, d.dictinitoption)
    from pg_ts_dict d join pg_ts_template t on t.oid = d.dicttemplate where d.oid = o.oid`,
  pg_ts_parser: `select concat_ws(' ', p.prsstart, p.prstoken, p.prsend, p.prsheadline, p.prslextype)
    from pg_ts_parser p where p.oid = o.oid`,
  pg_ts_template: `select concat_ws(' ', t.tmplinit, t.tmpllexize) from pg_ts_template t where t.oid = o.oid`,
  pg_type: `select concat_ws(' ', t.typinput, t.typoutput, t.typreceive, t.typsend) from pg_type t where t.oid = o.oid`,
  pg_transform: `select concat_ws(' ', t.trffromsql, t.trftosql) from pg_transform t where t.oid = o.oid`,
};

const contentOf = Object.entries(contents)
  .map(([catalog, select]) => {
    const listed = catalog === "pg_aggregate" ? "pg_proc" : catalog;
    return `when '${listed}'::regclass then (${select})`;
  })
  .join("\n      ");

/** Columns with the owners of the objects that have one. */
const owners: Readonly<Record<string, string>> = {
  pg_collation: "collowner",
  pg_conversion: "conowner",
  pg_foreign_data_wrapper: "fdwowner",
  pg_foreign_server: "srvowner",
  pg_language: "lanowner",
  pg_opclass: "opcowner",
  pg_operator: "oprowner",
  pg_opfamily: "opfowner",
  pg_proc: "proowner",
  pg_ts_config: "cfgowner",
  pg_ts_dict: "dictowner",
  pg_type: "typowner",
};

/** Of these, the owner and mostly the content are in the hash since 2026-11-29, so that an older hash does not compare. */
const completed = [
  "pg_collation",
  "pg_conversion",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_type",
];

const ownerOf = Object.entries(owners)
  .map(
    ([catalog, column]) =>
      `when '${catalog}'::regclass then (select pg_get_userbyid(w.${column}) from ${catalog} w where w.oid = o.oid)`,
  )
  .join("\n      ");

/** The property that every object has whose content is not printed. */
export const existenceOnlyMark = "contentNotRead";

export const existenceOnly: Kind = {
  identity: `i.type || ' ' || i.identity`,
  address: { catalog: `o.class`, object: `o.oid` },
  privileges: {
    type: `case when aggregate.oid is not null then 'f' end`,
    owner: `aggregate.proowner`,
    acl: `aggregate.proacl`,
  },
  withoutComment: true,
  properties: {
    [existenceOnlyMark]: boolean(`true`),
    content: text(
      `case when o.class in (${completed.map((catalog) => `'${catalog}'::regclass`).join(", ")}) then 'complete on ' else '' end || ${onServer(
        sha256(`case o.class
      ${contentOf} else '' end || ' ' || case o.class
      ${ownerOf} else '' end`),
      )}`,
    ),
    // Of another server: its address, and the user name there. It may contain a password.
    options: text(`case when access.options is not null then ${sha256("access.options::text")} end`),
  },
  from: `(
  ${everyObject}
) o
cross join lateral pg_identify_object(o.class, o.oid, 0) i
left join pg_proc aggregate on o.class = 'pg_proc'::regclass and aggregate.oid = o.oid
left join (
  select 'pg_foreign_server'::regclass::oid as class, oid, srvoptions as options from pg_foreign_server
  union all
  select 'pg_foreign_data_wrapper'::regclass, oid, fdwoptions from pg_foreign_data_wrapper
  union all
  select 'pg_user_mapping'::regclass, umid, umoptions from pg_user_mappings
) access on access.class = o.class and access.oid = o.oid
where not exists (
    select from pg_depend m where m.classid = o.class and m.objid = o.oid and m.deptype in ('e', 'i'))`,
};
