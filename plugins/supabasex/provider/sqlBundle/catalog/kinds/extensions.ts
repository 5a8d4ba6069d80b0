import type { KindQuery } from "./kind";

/** Extensions and where they are. Their version moves with the platform and is not ours to hold. */
export const extensions: KindQuery = `
select
  'extension ' || quote_ident(x.extname), 'pg_extension'::regclass::oid, x.oid, 0, null, null, null,
  json_build_object('schema', quote_ident(n.nspname))
from pg_extension x
join pg_namespace n on n.oid = x.extnamespace`;
