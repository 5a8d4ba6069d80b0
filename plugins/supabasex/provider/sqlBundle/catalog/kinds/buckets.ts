import { boolean, json, type Kind, number, text } from "./kind";

/** Storage buckets. Read as JSON, because the table gains columns with each version of the storage service. */
export const buckets: Kind = {
  identity: `'bucket ' || (b.bucket ->> 'id')`,
  properties: {
    name: text(`nullif(b.bucket ->> 'name', b.bucket ->> 'id')`),
    public: boolean(`coalesce((b.bucket ->> 'public')::boolean, false)`),
    fileSizeLimit: number(`b.bucket ->> 'file_size_limit'`),
    allowedMimeTypes: json(`case when jsonb_typeof(b.bucket -> 'allowed_mime_types') = 'array' then (
      select json_agg(type order by type collate "C")
      from jsonb_array_elements_text(b.bucket -> 'allowed_mime_types') as type) end`),
    type: text(`nullif(b.bucket ->> 'type', 'STANDARD')`),
  },
  from: `(select to_jsonb(buckets) as bucket from storage.buckets) b`,
};
