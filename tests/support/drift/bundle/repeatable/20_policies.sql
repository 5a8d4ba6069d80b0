drop policy if exists tenant_isolation on shared.customers;
create policy tenant_isolation on shared.customers to authenticated
  using (tenant_id = (select shared.current_tenant_id()))
  with check (tenant_id = (select shared.current_tenant_id()));

drop policy if exists business_hours on shared.customers;
create policy business_hours on shared.customers as restrictive to authenticated
  using (extract(hour from now()) between 6 and 22);

drop policy if exists own_tenant on shared.tenants;
create policy own_tenant on shared.tenants for select to authenticated
  using (id = (select shared.current_tenant_id()));

drop policy if exists tenant_isolation on shared.metrics;
create policy tenant_isolation on shared.metrics for select to authenticated
  using (tenant_id = (select shared.current_tenant_id()));

drop policy if exists read_avatars on storage.objects;
create policy read_avatars on storage.objects for select to authenticated using (bucket_id = 'avatars');
