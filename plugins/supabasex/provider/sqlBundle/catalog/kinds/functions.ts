import { dependsOn } from "./dependsOn";
import { boolean, flag, type Kind, number, options, text } from "./kind";

/**
 * Functions and procedures, without those that the server created for a range type. Costs only count if they are not
 * the default.
 */
export const functions: Kind = {
  identity: `case p.prokind when 'p' then 'procedure ' else 'function ' end
    || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'`,
  address: { catalog: `'pg_proc'::regclass`, object: `p.oid` },
  privileges: { type: `'f'`, owner: `p.proowner`, acl: `p.proacl` },
  properties: {
    owner: text(`pg_get_userbyid(p.proowner)`),
    language: text(`l.lanname`),
    arguments: text(`pg_get_function_arguments(p.oid)`),
    returns: text(`pg_get_function_result(p.oid)`),
    body: text(`coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)`),
    library: text(`p.probin`),
    security: text(`case when p.prosecdef then 'definer' else 'invoker' end`),
    volatility: text(
      `case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end`,
    ),
    parallel: text(`case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end`),
    strict: flag(`p.proisstrict`),
    leakproof: flag(`p.proleakproof`),
    window: boolean(`case when p.prokind = 'w' then true end`),
    cost: number(`nullif(p.procost, case when l.lanname in ('c', 'internal') then 1 else 100 end)`),
    rows: number(`case when p.proretset then nullif(p.prorows, 1000) end`),
    support: text(`case when p.prosupport <> 0 then p.prosupport::regproc::text end`),
    settings: options(`p.proconfig`),
    ...dependsOn("pg_proc", "p.oid"),
  },
  from: `managed_schema s
join pg_proc p on p.pronamespace = s.oid and p.prokind in ('f', 'p', 'w')
join pg_language l on l.oid = p.prolang
where not exists (
  select from pg_depend m where m.classid = 'pg_proc'::regclass and m.objid = p.oid and m.deptype in ('e', 'i'))`,
};
