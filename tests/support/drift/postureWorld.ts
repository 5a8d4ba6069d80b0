/**
 * Objects that exist before the first deployment, besides the platform's: another application in `public`, whose state is part
 * of the baseline. Created as role postgres, after the prerequisites of the bundle.
 */
export const postureWorld = `
create table public.legacy (id bigint primary key, body text);
alter table public.legacy enable row level security;
create policy readable on public.legacy for select to authenticated using (id > 0);
create policy only_new on public.legacy as restrictive for select to authenticated using (id > 10);
grant select on public.legacy to authenticated;
create trigger guard before update on public.legacy for each row execute function suppress_redundant_updates_trigger();
create view public.legacy_titles with (security_invoker = true) as select id from public.legacy;
grant select on public.legacy_titles to authenticated;
create function public.legacy_count() returns bigint language sql security invoker as $$ select count(*) from public.legacy $$;
insert into storage.buckets (id, name, public) values ('legacy', 'legacy', false);
create schema legacy_private;
create function legacy_private.limit_of() returns bigint language sql as $$ select 100 $$;
create function legacy_private.may_read(id bigint) returns boolean language sql security definer
  as $$ select legacy_private.limit_of() > id $$;
create policy bounded on public.legacy as restrictive for select to authenticated using (legacy_private.may_read(id));
create view legacy_private.allowed as select 1::bigint as id;
create policy listed on public.legacy as restrictive for select to authenticated
  using (exists (select from legacy_private.allowed a where a.id = legacy.id));
create function legacy_private.lowest() returns bigint language sql as $$ select 5 $$;
create function legacy_private.may_write(id bigint) returns boolean language sql security definer set search_path = legacy_private
  as $$ select id > lowest() $$;
create policy writes on public.legacy for insert to authenticated with check (legacy_private.may_write(id));
create function legacy_private.check_request() returns void language plpgsql as $$ begin perform 1; end $$;
alter role authenticator set search_path = legacy_private, public;
alter role authenticator set pgrst.db_pre_request = 'check_request';
create function legacy_private.describe() returns json language sql as $$ select null::json $$;
alter role authenticator set pgrst.db_root_spec = 'legacy_private.describe';
create function legacy_private.hook(event jsonb) returns jsonb language sql as $$ select event $$;
grant execute on function legacy_private.hook(jsonb) to supabase_auth_admin;
create function legacy_private.never(text, uuid) returns boolean language sql immutable as $$ select true $$;
create table legacy_private.notes (id bigint, body text);
create table public.parent (id bigint, body text);
alter table public.parent enable row level security;
grant select on public.parent to authenticated;
create aggregate public.sum_of(integer) (sfunc = int4pl, stype = integer);
revoke execute on function public.sum_of(integer) from public, anon;
create operator public.<<>> (leftarg = uuid, rightarg = uuid, function = pg_catalog.uuid_eq);
create function public.loose(a bigint, bypass boolean default false) returns boolean language sql as $$ select a > 10 or bypass $$;
select lo_from_bytea(515151, 'x');
create table public.measured (id bigint) partition by range (id);
alter table public.measured enable row level security;
create table legacy_private.detail (id bigint);
create collation public.sorted from "C";
create conversion public.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search configuration public.words (copy = pg_catalog.simple);
create text search dictionary public.plain (template = pg_catalog.simple);
alter table public.legacy add constraint short_body check (length(body) < 1000);
create unique index legacy_body_key on public.legacy (body);
create domain public.email as text constraint has_at check (value like '%@%');
create type public.app_role as enum ('member', 'admin');
create procedure public.purge(keep bigint default 10) language sql as $$ delete from public.legacy where id > keep $$;
create function legacy_private.spy(value text) returns text language sql immutable as $$ select value $$;
create table legacy_private.acl (id bigint);
alter table legacy_private.acl enable row level security;
create policy narrow on legacy_private.acl as restrictive for select to authenticated using (id > 10);
create view public.acl_ids with (security_invoker = true) as select id from legacy_private.acl;
create function legacy_private.quoted() returns boolean language sql as $$ select false $$;
create function public.calls_quoted() returns boolean language sql as $$ select "legacy_private" . "quoted"() $$;
create function legacy_private.bare() returns boolean language sql as $$ select false $$;
create function public.calls_bare() returns boolean language plpgsql as $$ begin return bare(); end $$;
create schema legacy_hooks;
grant usage on schema legacy_hooks to supabase_auth_admin;
create function legacy_hooks.claims(event jsonb) returns jsonb language sql as $$ select event $$;
create table public.optional (id bigint not null);
alter table public.optional enable row level security;
create sequence public.numbers;
create role former login valid until '2020-01-01';
create role helpers nologin;
create role reporting nologin;
grant pg_monitor to reporting;
create extension pg_trgm schema extensions;
`;

/** The same for objects that only a superuser may create. */
export const postureWorldOfSuperuser = `
insert into auth.users (id, email, role, aud) values
  (gen_random_uuid(), 'member@example.com', 'authenticated', 'authenticated'),
  (gen_random_uuid(), 'machine@example.com', 'service_role', 'authenticated'),
  (gen_random_uuid(), 'editor@example.com', 'editor', 'authenticated');
create foreign data wrapper partners;
create server partner foreign data wrapper partners options (host 'partner.example');
grant usage on foreign server partner to postgres;
create foreign table public.partner_orders (id bigint, body text) server partner options (table_name 'orders');
create user mapping for postgres server partner options (user 'reader');
grant helpers to authenticated;
create cast (money as integer) with inout as assignment;
create subscription warehouse connection 'dbname=elsewhere' publication everything
  with (connect = false, enabled = false, slot_name = none);
`;
