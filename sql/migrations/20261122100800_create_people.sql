-- Everybody whom Auth knows or ever knew, and until when Auth has shut them out: what the policies need of auth.users, kept
-- where they may ask. A person's token is worth what the membership says; who was never known is no person (see
-- private.get_current_tenant_id). The rows are kept in step by a trigger on auth.users (repeatable/triggers/auth.users.sql) and outlive the account.
create table private.people (
  id uuid primary key,
  suspended_until timestamptz
);

alter table private.people owner to app_owner;
alter table private.people enable row level security, force row level security;

comment on table private.people is 'Ids of everybody whom Auth knows or ever knew.';
comment on column private.people.suspended_until is 'Banned until then; infinity: the account is deleted.';
