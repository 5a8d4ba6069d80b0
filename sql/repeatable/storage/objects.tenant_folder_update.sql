-- Replace and move files, only inside the tenant's own folder.
create policy tenant_folder_update on storage.objects
  for update
  to authenticated
  using (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  )
  with check (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  );
