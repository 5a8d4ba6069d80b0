import type { KindQuery } from "./kind";

/** Storage buckets. Read as JSON, since the table gains columns with each version of the storage service. */
export const buckets: KindQuery = `
select
  'bucket ' || (b.bucket ->> 'id'), 'storage.buckets'::regclass::oid, 0, 0, null, null, null,
  json_build_object(
    'name', nullif(b.bucket ->> 'name', b.bucket ->> 'id'),
    'public', coalesce((b.bucket ->> 'public')::boolean, false),
    'fileSizeLimit', b.bucket -> 'file_size_limit',
    'allowedMimeTypes', case when jsonb_typeof(b.bucket -> 'allowed_mime_types') = 'array' then (
      select json_agg(type order by type collate "C")
      from jsonb_array_elements_text(b.bucket -> 'allowed_mime_types') as type) end,
    'type', nullif(b.bucket ->> 'type', 'STANDARD'))
from (select to_jsonb(buckets) as bucket from storage.buckets) b`;
