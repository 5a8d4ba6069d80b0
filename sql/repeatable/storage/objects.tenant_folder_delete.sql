-- Only from the tenant's own folder.
create policy tenant_folder_delete on storage.objects
  for delete
  to authenticated
  using (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  );
