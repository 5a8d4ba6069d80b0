import { dependsOn } from "./dependsOn";
import { type Kind, options, text } from "./kind";
import { storage, storageJoins } from "./storage";

export const views: Kind = {
  identity: `case r.kind when 'm' then 'materialized view ' else 'view ' end || r.name`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid` },
  privileges: { type: `'r'`, owner: `r.owner`, acl: `r.acl` },
  properties: {
    owner: text(`pg_get_userbyid(r.owner)`),
    definition: text(`btrim(pg_get_viewdef(r.oid))`),
    options: options(`r.options`),
    ...dependsOn("pg_class", "r.oid"),
    ...storage,
  },
  from: `relation r${storageJoins}
where r.kind in ('v', 'm')`,
};
