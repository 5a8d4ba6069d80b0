-- Tenants, their users and their customers.
--
-- Tables of a tenant have the key (tenant_id, id): it serves the isolation policy, foreign keys that cannot cross
-- tenants, and the look-up by id alone (the policy adds the tenant). A key of `id` alone would also tell anybody, by a
-- duplicate-key error, whether an id exists in another tenant.

create table shared.tenants (
  id uuid primary key default gen_random_uuid(),
  name shared.short_text not null,
  industry text not null check (industry in ('home_services', 'restaurants', 'automotive', 'retail')),
  -- The address of the tenant's site is global by nature; no API role may write it, so it is no oracle.
  subdomain shared.subdomain_label not null unique,
  -- timezone() refuses a zone that it does not know.
  time_zone text not null default 'UTC' check (timezone(time_zone, timestamptz '2000-01-01 00:00Z') is not null),
  business_opens_at time not null default '06:00',
  business_closes_at time not null default '23:00',
  settings shared.json_object not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A user is a person's membership in one tenant. The person is auth.users; who is deleted there is gone here.
create table shared.users (
  id uuid primary key references auth.users (id) on delete cascade,
  tenant_id uuid not null references shared.tenants (id),
  email shared.email_address not null,
  role text not null default 'user' check (role in ('admin', 'manager', 'employee', 'user')),
  first_name shared.short_text,
  last_name shared.short_text,
  phone shared.phone_number,
  avatar_url shared.web_address,
  settings shared.json_object not null default '{}',
  last_login_at timestamptz,
  -- Set: tokens that are still valid see nothing from this moment, and no new token names a tenant.
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);

-- Unique inside the tenant only: a global one would tell who is a user elsewhere.
create unique index users_tenant_id_email_key on shared.users (tenant_id, lower(email));

create table shared.customers (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  email shared.email_address,
  first_name shared.short_text not null,
  last_name shared.short_text not null,
  phone shared.phone_number,
  address shared.json_object,
  preferences shared.json_object not null default '{}',
  tags text[] not null default '{}',
  -- Only admins and managers may see such a customer.
  pii_restricted boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create index customers_tenant_id_created_at_idx on shared.customers (tenant_id, created_at desc);
create index customers_tenant_id_last_name_idx on shared.customers (tenant_id, last_name, first_name);
create index customers_tenant_id_email_idx on shared.customers (tenant_id, lower(email));
create index customers_tenant_id_tags_idx on shared.customers using gin (tenant_id, tags);
-- Rows arrive in the order of time: a few kilobytes are enough to find the last day's for the metrics job.
create index customers_created_at_idx on shared.customers using brin (created_at) with (pages_per_range = 16);

-- Search: whole words, and parts of words. Led by the tenant (btree_gin), because under row-level security the
-- operators of search are not leakproof and PostgreSQL may use an index only for the tenant's part of the condition.
create index customers_tenant_id_words_idx on shared.customers using gin (
  tenant_id,
  to_tsvector('simple', first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''))
);
create index customers_tenant_id_name_trigrams_idx on shared.customers using gin (
  tenant_id,
  (lower(first_name || ' ' || last_name)) extensions.gin_trgm_ops
);

alter table shared.tenants owner to app_owner;
alter table shared.users owner to app_owner;
alter table shared.customers owner to app_owner;

alter table shared.tenants enable row level security, force row level security;
alter table shared.users enable row level security, force row level security;
alter table shared.customers enable row level security, force row level security;

comment on table shared.tenants is 'A business that uses Thorbis.';
comment on table shared.users is 'A person''s membership in a tenant, with the role inside the tenant.';
comment on table shared.customers is 'A tenant''s customers.';
comment on column shared.tenants.time_zone is 'Time zone that the business hours are in.';
comment on column shared.tenants.business_closes_at is 'Before business_opens_at: the business is open past midnight.';
comment on column shared.users.disabled_at is 'Since when the membership is suspended; takes effect at once.';
comment on column shared.customers.pii_restricted is 'Visible to admins and managers only.';
