-- Who changed the schema, when, as whom and from where. Filled by event triggers, which must never stand in the way: so no
-- constraint can refuse a row, and nothing in it points elsewhere. Statements are kept as a hash, since they may hold secrets.
create table private.ddl_log (
  occurred_at timestamptz not null default clock_timestamp(),
  id uuid not null default gen_random_uuid(),
  session_role text,
  acting_role text,
  application text,
  address inet,
  tag text,
  object_type text,
  object_identity text,
  statement_sha256 text,
  origin text
) partition by range (occurred_at);

create index ddl_log_object_identity_idx on private.ddl_log (object_identity, occurred_at desc);

alter table private.ddl_log owner to app_owner;
alter table private.ddl_log enable row level security, force row level security;
revoke all on table private.ddl_log from public, anon, authenticated, service_role;

comment on table private.ddl_log is 'The log of schema changes, append-only; pulumi refresh names from it who made a change.';
comment on column private.ddl_log.session_role is 'Who logged in.';
comment on column private.ddl_log.acting_role is 'As whom the statement ran: the role of `set role`, or who logged in.';
comment on column private.ddl_log.address is 'Of the client, or of the pooler that it came through; null for a local socket.';
comment on column private.ddl_log.statement_sha256 is 'Hash of the text that the client sent, of all its statements.';
comment on column private.ddl_log.origin is 'What the dashboard writes into its statements about itself.';
