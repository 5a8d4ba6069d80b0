-- Only into the tenant's own folder.
create policy tenant_folder_insert on storage.objects
  for insert
  to authenticated
  with check (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  );
