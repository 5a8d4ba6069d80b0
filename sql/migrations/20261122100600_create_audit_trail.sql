-- Who changed what, when, from what to what. No foreign keys: an entry outlives what it speaks of.
-- Partitions, one a month, are made by private.create_partition only.
create table audit.entries (
  tenant_id uuid not null,
  occurred_at timestamptz not null default now(),
  id uuid not null default gen_random_uuid(),
  table_schema text not null,
  table_name text not null,
  operation text not null check (operation in ('insert', 'update', 'delete')),
  row_id uuid,
  actor_id uuid,
  actor_role text not null,
  old_values jsonb,
  new_values jsonb,
  primary key (tenant_id, occurred_at, id)
) partition by range (occurred_at);

create index entries_tenant_id_row_id_idx on audit.entries (tenant_id, row_id);

alter table audit.entries owner to app_owner;
alter table audit.entries enable row level security, force row level security;

comment on table audit.entries is 'The audit trail, append-only.';
comment on column audit.entries.actor_id is 'The signed-in person (sub of the JWT), if there is one.';
comment on column audit.entries.actor_role is 'The Postgres role that wrote.';
comment on column audit.entries.old_values is 'update: the changed columns before; delete: the whole row.';
comment on column audit.entries.new_values is 'update: the changed columns after; insert: the whole row.';
