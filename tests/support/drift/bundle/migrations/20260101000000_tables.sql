-- One or more of every kind of object that outlives a repeatable file, owned as in the real bundle.
create schema shared authorization app_owner;
create schema internal authorization app_owner;
grant usage on schema shared to authenticated;
alter default privileges for role app_owner in schema shared grant select on tables to service_role;
create extension citext schema internal;

set local role app_owner;

create type shared.priority as enum ('low', 'high');
create type shared.money_amount as (amount numeric, currency text);
create type shared.period as range (subtype = timestamptz);
create domain shared.postal_code as text constraint postal_code_form check (value ~ '^\d{5}$');
create sequence shared.ticket_number start 1000 cache 5;

create aggregate shared.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
revoke execute on function shared.total(numeric) from public;
grant execute on function shared.total(numeric) to authenticated;

create table shared.tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);

create table shared.customers (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null constraint customers_tenant_id_fkey references shared.tenants (id),
  number bigint generated always as identity,
  name text not null,
  email text collate "C",
  notes text,
  net numeric(12, 2) not null default 0 constraint customers_net_check check (net >= 0),
  gross numeric generated always as (net * 1.19) stored,
  updated_at timestamptz not null default now()
);
create index customers_tenant_id_name_idx on shared.customers (tenant_id, name);
create statistics shared.customers_tenant_name on tenant_id, name from shared.customers;
comment on table shared.customers is 'Customers of a tenant';
comment on column shared.customers.net is 'In euro';

create table shared.audit_log (
  at timestamptz not null default now(),
  entry text
) with (fillfactor = 90);

create table shared.metrics (
  tenant_id uuid not null,
  at timestamptz not null,
  value numeric not null default 0
) partition by range (at);
create index metrics_tenant_id_at_idx on shared.metrics (tenant_id, at);
create table shared.metrics_2026_01 partition of shared.metrics for values from ('2026-01-01') to ('2026-02-01');

create table shared.ledger (
  at timestamptz not null,
  entry text
) partition by range (at);
create table shared.ledger_2026_01 partition of shared.ledger for values from ('2026-01-01') to ('2026-02-01');
create table shared.ledger_2025 partition of shared.ledger for values from ('2025-01-01') to ('2026-01-01') partition by range (at);
create table shared.ledger_2025_12 partition of shared.ledger_2025 for values from ('2025-12-01') to ('2026-01-01');
create table shared.ledger_default partition of shared.ledger default;
alter table shared.ledger enable row level security, force row level security;
alter table shared.ledger_2026_01 enable row level security, force row level security;
alter table shared.ledger_2025 enable row level security, force row level security;
alter table shared.ledger_2025_12 enable row level security, force row level security;
alter table shared.ledger_default enable row level security, force row level security;
revoke all on shared.ledger, shared.ledger_2026_01, shared.ledger_2025, shared.ledger_2025_12, shared.ledger_default from service_role;

alter table shared.tenants enable row level security, force row level security;
alter table shared.customers enable row level security, force row level security;
alter table shared.audit_log enable row level security, force row level security;
alter table shared.metrics enable row level security, force row level security;
alter table shared.metrics_2026_01 enable row level security, force row level security;
revoke all on shared.metrics_2026_01 from service_role;

reset role;
