import { type Kind, text } from "./kind";

export const schemas: Kind = {
  identity: `'schema ' || s.name`,
  address: { catalog: `'pg_namespace'::regclass`, object: `s.oid` },
  privileges: { type: `'n'`, owner: `s.owner`, acl: `s.acl` },
  properties: {
    owner: text(`pg_get_userbyid(s.owner)`),
  },
  from: `managed_schema s`,
};
