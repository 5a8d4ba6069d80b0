import { type Kind, number, text } from "./kind";

/** Extended statistics: what is collected, not the result. */
export const statistics: Kind = {
  identity: `'statistics ' || s.name || '.' || quote_ident(x.stxname)`,
  address: { catalog: `'pg_statistic_ext'::regclass`, object: `x.oid` },
  properties: {
    owner: text(`pg_get_userbyid(x.stxowner)`),
    definition: text(`pg_get_statisticsobjdef(x.oid)`),
    statisticsTarget: number(`nullif(x.stxstattarget, -1)`),
  },
  from: `managed_schema s
join pg_statistic_ext x on x.stxnamespace = s.oid
where x.oid not in (select objid from extension_member where classid = 'pg_statistic_ext'::regclass)`,
};
