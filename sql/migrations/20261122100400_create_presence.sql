-- Who is online, for clients that want to query it. The live signal is Realtime's own presence; rows that no heartbeat
-- renews are removed by the job clean-up-presence.
create table shared.presence (
  tenant_id uuid not null references shared.tenants (id),
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  channel shared.short_text not null,
  status text not null default 'online' check (status in ('online', 'away', 'busy', 'offline')),
  metadata shared.json_object not null default '{}',
  last_seen timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, user_id, channel),
  foreign key (tenant_id, user_id) references shared.users (tenant_id, id) on delete cascade
);

create index presence_last_seen_idx on shared.presence (last_seen);

alter table shared.presence owner to app_owner;
alter table shared.presence enable row level security, force row level security;

comment on table shared.presence is 'Users'' latest heartbeat per channel.';
