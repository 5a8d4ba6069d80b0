-- One row per tenant, metric and window: the key makes a repeated collection of the same window an update.
-- Partitions, one a month, are made by private.create_partition only.
create table shared.metrics (
  tenant_id uuid not null references shared.tenants (id) on delete cascade,
  metric_name shared.short_text not null,
  metric_value numeric not null,
  dimensions shared.json_object not null default '{}',
  "timestamp" timestamptz not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (tenant_id, metric_name, "timestamp")
) partition by range ("timestamp");

alter table shared.metrics owner to app_owner;
alter table shared.metrics enable row level security, force row level security;

comment on table shared.metrics is 'Business metrics per tenant, collected every six hours.';
comment on column shared.metrics."timestamp" is 'End of the window that the value is for.';
