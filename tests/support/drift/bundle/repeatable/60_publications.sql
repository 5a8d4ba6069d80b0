alter publication supabase_realtime set table shared.customers (id, tenant_id, name) where (id is not null);

drop publication if exists warehouse;
create publication warehouse for table shared.tenants with (publish = 'insert, update');
