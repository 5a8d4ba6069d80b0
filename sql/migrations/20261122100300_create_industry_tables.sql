-- What each industry works with. Every foreign key carries the tenant, so that none can cross tenants; the message of
-- a refused one is the same whether the row exists in another tenant or nowhere.

create table home_services.work_orders (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  technician_id uuid,
  service_type shared.short_text not null,
  status text not null default 'pending'
    check (status in ('pending', 'scheduled', 'in_progress', 'completed', 'cancelled')),
  scheduled_at timestamptz,
  completed_at timestamptz,
  notes text check (length(notes) <= 20000),
  metadata shared.json_object not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references shared.customers (tenant_id, id),
  foreign key (tenant_id, technician_id) references shared.users (tenant_id, id) on delete set null (technician_id)
);

create index work_orders_tenant_id_created_at_idx on home_services.work_orders (tenant_id, created_at desc);
create index work_orders_tenant_id_customer_id_idx on home_services.work_orders (tenant_id, customer_id);
create index work_orders_tenant_id_technician_id_idx on home_services.work_orders (tenant_id, technician_id);
create index work_orders_created_at_idx on home_services.work_orders
  using brin (created_at) with (pages_per_range = 16);

create table restaurants.orders (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  table_number integer check (table_number > 0),
  customer_id uuid,
  items shared.json_array not null default '[]',
  status text not null default 'pending'
    check (status in ('pending', 'preparing', 'ready', 'served', 'paid', 'cancelled')),
  total_amount shared.money_amount not null default 0.00,
  tax_amount shared.money_amount not null default 0.00,
  tip_amount shared.money_amount not null default 0.00,
  payment_method shared.short_text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references shared.customers (tenant_id, id)
);

create index orders_tenant_id_created_at_idx on restaurants.orders (tenant_id, created_at desc);
create index orders_tenant_id_customer_id_idx on restaurants.orders (tenant_id, customer_id);
create index orders_created_at_idx on restaurants.orders using brin (created_at) with (pages_per_range = 16);

create table automotive.vehicles (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  vin text check (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  license_plate shared.short_text,
  make shared.short_text not null,
  model shared.short_text not null,
  model_year smallint check (model_year between 1886 and 2200),
  mileage integer check (mileage >= 0),
  metadata shared.json_object not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, vin),
  foreign key (tenant_id, customer_id) references shared.customers (tenant_id, id)
);

create index vehicles_tenant_id_customer_id_idx on automotive.vehicles (tenant_id, customer_id);
create index vehicles_tenant_id_license_plate_idx on automotive.vehicles (tenant_id, license_plate);

create table automotive.repair_orders (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  vehicle_id uuid not null,
  technician_id uuid,
  description text not null check (length(description) between 1 and 20000),
  status text not null default 'pending'
    check (status in ('pending', 'diagnosing', 'waiting_for_parts', 'in_progress', 'completed', 'cancelled')),
  items shared.json_array not null default '[]',
  total_amount shared.money_amount not null default 0.00,
  promised_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references automotive.vehicles (tenant_id, id),
  foreign key (tenant_id, technician_id) references shared.users (tenant_id, id) on delete set null (technician_id)
);

create index repair_orders_tenant_id_created_at_idx on automotive.repair_orders (tenant_id, created_at desc);
create index repair_orders_tenant_id_vehicle_id_idx on automotive.repair_orders (tenant_id, vehicle_id);
create index repair_orders_tenant_id_technician_id_idx on automotive.repair_orders (tenant_id, technician_id);
create index repair_orders_created_at_idx on automotive.repair_orders
  using brin (created_at) with (pages_per_range = 16);

create table retail.products (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  sku shared.short_text not null,
  name shared.short_text not null,
  description text check (length(description) <= 20000),
  price shared.money_amount not null,
  stock_quantity integer not null default 0 check (stock_quantity >= 0),
  is_active boolean not null default true,
  metadata shared.json_object not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, sku)
);

create index products_tenant_id_name_idx on retail.products (tenant_id, name);

create table retail.orders (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  customer_id uuid,
  items shared.json_array not null default '[]',
  status text not null default 'pending'
    check (status in ('pending', 'paid', 'packed', 'shipped', 'delivered', 'returned', 'cancelled')),
  total_amount shared.money_amount not null default 0.00,
  tax_amount shared.money_amount not null default 0.00,
  payment_method shared.short_text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references shared.customers (tenant_id, id)
);

create index orders_tenant_id_created_at_idx on retail.orders (tenant_id, created_at desc);
create index orders_tenant_id_customer_id_idx on retail.orders (tenant_id, customer_id);
create index orders_created_at_idx on retail.orders using brin (created_at) with (pages_per_range = 16);

alter table home_services.work_orders owner to app_owner;
alter table restaurants.orders owner to app_owner;
alter table automotive.vehicles owner to app_owner;
alter table automotive.repair_orders owner to app_owner;
alter table retail.products owner to app_owner;
alter table retail.orders owner to app_owner;

alter table home_services.work_orders enable row level security, force row level security;
alter table restaurants.orders enable row level security, force row level security;
alter table automotive.vehicles enable row level security, force row level security;
alter table automotive.repair_orders enable row level security, force row level security;
alter table retail.products enable row level security, force row level security;
alter table retail.orders enable row level security, force row level security;

comment on table home_services.work_orders is 'Jobs that technicians do at customers'' places.';
comment on table restaurants.orders is 'Orders of a restaurant''s guests.';
comment on table automotive.vehicles is 'Customers'' vehicles.';
comment on table automotive.repair_orders is 'Work on a vehicle.';
comment on table retail.products is 'What a shop sells.';
comment on table retail.orders is 'Orders of a shop''s customers.';
