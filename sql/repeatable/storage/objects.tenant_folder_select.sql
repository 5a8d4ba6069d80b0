-- The first folder of a name is the tenant: <tenant id>/…. This includes avatars: public downloads by URL check no policy, but
-- listing does. The guide let anon list every tenant's avatars.
create policy tenant_folder_select on storage.objects
  for select
  to authenticated
  using (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  );
