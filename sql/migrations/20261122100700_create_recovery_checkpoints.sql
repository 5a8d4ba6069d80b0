-- Named moments to recover to. CHECKPOINT and pg_create_restore_point() are a superuser's; a name with its time and
-- write-ahead-log position is all that point-in-time recovery needs.
create table shared.recovery_checkpoints (
  id uuid primary key default gen_random_uuid(),
  name shared.short_text not null,
  description text check (length(description) <= 20000),
  wal_position pg_lsn not null default pg_current_wal_lsn(),
  created_by text not null default session_user,
  created_at timestamptz not null default now()
);

create index recovery_checkpoints_created_at_idx on shared.recovery_checkpoints (created_at desc);

alter table shared.recovery_checkpoints owner to app_owner;
alter table shared.recovery_checkpoints enable row level security, force row level security;

comment on table shared.recovery_checkpoints is 'Named moments before critical operations. Operators'' data, no tenant''s.';
