import type { KindQuery } from "./kind";

/** The version that printed everything else. */
export const server: KindQuery = `
select
  'server', 0::oid, 0::oid, 0, null, null, null,
  json_build_object('majorVersion', current_setting('server_version_num')::integer / 10000)`;
