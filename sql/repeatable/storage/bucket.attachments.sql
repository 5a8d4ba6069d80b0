-- 100 MiB. The guide's '*' allows any file, including HTML and SVG with scripts.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 104857600, array[
  'application/pdf', 'application/zip', 'application/json',
  'application/msword', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'image/jpeg', 'image/png', 'image/webp', 'image/heic',
  'audio/mpeg', 'audio/mp4', 'video/mp4', 'video/quicktime',
  'text/plain', 'text/csv'
])
on conflict (id) do update set
  name = excluded.name,
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;
