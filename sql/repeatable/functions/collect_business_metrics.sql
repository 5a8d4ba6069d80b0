-- The last 24 hours' numbers of every tenant, as of the latest full six-hour window. Set-based: one pass per table, where
-- the guide asked twice for every tenant. Collecting a window again overwrites it.
create or replace function private.collect_business_metrics(as_of timestamptz default now()) returns integer
language plpgsql
set search_path = ''
as $$
declare
  window_end constant timestamptz := date_bin('6 hours', as_of, timestamptz '2000-01-01 00:00Z');
  window_start constant timestamptz := window_end - interval '24 hours';
  collected integer;
begin
  insert into shared.metrics (tenant_id, metric_name, metric_value, "timestamp")
  with counted (tenant_id, metric_name, metric_value) as (
    select tenant_id, 'daily_new_customers', count(*)
    from shared.customers
    where created_at >= window_start and created_at < window_end
    group by tenant_id
    union all
    select tenant_id, 'daily_work_orders', count(*)
    from home_services.work_orders
    where created_at >= window_start and created_at < window_end
    group by tenant_id
    union all
    select tenant_id, 'daily_restaurant_orders', count(*)
    from restaurants.orders
    where created_at >= window_start and created_at < window_end
    group by tenant_id
    union all
    select tenant_id, 'daily_repair_orders', count(*)
    from automotive.repair_orders
    where created_at >= window_start and created_at < window_end
    group by tenant_id
    union all
    select tenant_id, 'daily_retail_orders', count(*)
    from retail.orders
    where created_at >= window_start and created_at < window_end
    group by tenant_id
  ),
  -- A tenant without activity gets a zero: nothing collected and nothing happened are two things.
  wanted (tenant_id, metric_name) as (
    select id, 'daily_new_customers' from shared.tenants
    union all
    select tenant.id, by_industry.metric_name
    from shared.tenants as tenant
    join (values
      ('home_services', 'daily_work_orders'),
      ('restaurants', 'daily_restaurant_orders'),
      ('automotive', 'daily_repair_orders'),
      ('retail', 'daily_retail_orders')
    ) as by_industry (industry, metric_name) using (industry)
  )
  select wanted.tenant_id, wanted.metric_name, coalesce(counted.metric_value, 0), window_end
  from wanted
  left join counted using (tenant_id, metric_name)
  on conflict (tenant_id, metric_name, "timestamp") do update set metric_value = excluded.metric_value;

  get diagnostics collected = row_count;
  return collected;
end
$$;

comment on function private.collect_business_metrics(timestamptz) is 'Job: metrics of every tenant. Returns how many.';
revoke all on function private.collect_business_metrics(timestamptz) from public, anon, authenticated, service_role;
alter function private.collect_business_metrics(timestamptz) owner to app_owner;
