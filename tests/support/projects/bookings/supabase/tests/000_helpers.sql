-- Runs first and stays: what the other tests use.
create extension if not exists pgtap with schema extensions;
create schema if not exists tests;
grant usage on schema tests to anon, authenticated, service_role;
alter default privileges in schema tests grant execute on functions to anon, authenticated, service_role;

create or replace function tests.create_user(label text) returns uuid
language plpgsql security definer set search_path = auth, pg_temp as $$
declare
  made uuid := gen_random_uuid();
begin
  insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data, aud, role, created_at, updated_at)
  values (made, label || '@test.example', jsonb_build_object('label', label, 'full_name', label), '{}', 'authenticated', 'authenticated', now(), now());
  return made;
end;
$$;

create or replace function tests.user_id(label text) returns uuid
language sql security definer set search_path = auth, pg_temp as $$
  select id from auth.users where raw_user_meta_data ->> 'label' = label limit 1
$$;

create or replace function tests.sign_in(label text) returns void language plpgsql as $$
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('request.jwt.claims', json_build_object('sub', tests.user_id(label), 'role', 'authenticated')::text, true);
end;
$$;

create or replace function tests.sign_out() returns void language plpgsql as $$
begin
  perform set_config('role', 'anon', true);
  perform set_config('request.jwt.claims', null, true);
end;
$$;

create or replace function tests.rls_is_on(in_schema text) returns text language sql as $$
  select extensions.ok(bool_and(relrowsecurity), 'every table of ' || in_schema || ' has row-level security')
  from pg_class where relnamespace = in_schema::regnamespace and relkind = 'r'
$$;

begin;
select plan(1);
select function_returns('tests', 'create_user', array['text'], 'uuid');
select * from finish();
rollback;
