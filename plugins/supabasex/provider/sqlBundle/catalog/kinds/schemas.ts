import type { KindQuery } from "./kind";

export const schemas: KindQuery = `
select
  'schema ' || s.name, 'pg_namespace'::regclass::oid, s.oid, 0, 'n'::"char", s.owner, s.acl,
  json_build_object('owner', pg_get_userbyid(s.owner), 'comment', d.description)
from managed_schema s
left join pg_description d on d.classoid = 'pg_namespace'::regclass and d.objoid = s.oid and d.objsubid = 0`;
