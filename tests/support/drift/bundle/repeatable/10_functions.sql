set local role app_owner;

create or replace function shared.current_tenant_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true)::jsonb ->> 'tenant_id', '')::uuid
$$;
revoke execute on function shared.current_tenant_id() from public;
grant execute on function shared.current_tenant_id() to authenticated;
comment on function shared.current_tenant_id() is 'The tenant of the caller''s token';

create or replace function shared.label(name text, suffix text default '!') returns text
language sql immutable strict parallel safe set search_path = '' as $$ select name || suffix $$;

create or replace function shared.touch_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create or replace function internal.profile_created() returns trigger
language plpgsql set search_path = '' as $$
begin
  return new;
end
$$;
-- The role that creates the trigger on auth.users needs this privilege.
grant usage on schema internal to postgres;

create or replace procedure shared.forget_audit_log(older_than interval)
language sql set search_path = '' as $$ delete from shared.audit_log where at < now() - older_than $$;

reset role;

create or replace function internal.refuse_drop() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  null;
end
$$;

create or replace function shared.refuse() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'append-only';
end
$$;
