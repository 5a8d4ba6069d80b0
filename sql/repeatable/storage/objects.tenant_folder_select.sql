-- The first folder of a name is the tenant: <tenant id>/…. In avatars too: public downloads go by address and ask no policy,
-- listing does. The guide let anon list every tenant's avatars.
create policy tenant_folder_select on storage.objects
  for select
  to authenticated
  using (
    bucket_id in ('avatars', 'documents', 'attachments')
    and (storage.foldername(name))[1] = (select private.get_current_tenant_id())::text
  );
