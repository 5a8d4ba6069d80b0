/**
 * Objects of another application in `public` that use others in its private schema: operators, types, functions and tables. They exist before the
 * first deployment. Created as role postgres, after {@link postureWorld}.
 */
export const usedWorld = `
create type legacy_private.level as enum ('low', 'high');
create domain legacy_private.address as text constraint has_at check (value like '%@%');
create function legacy_private.matches(a text, b text) returns boolean language sql immutable as $$ select a = b $$;
create operator legacy_private.## (leftarg = text, rightarg = text, function = legacy_private.matches);
create function legacy_private.initial() returns integer language sql stable as $$ select 0 $$;
create function legacy_private.valid(t text) returns boolean language sql immutable as $$ select t <> '' $$;
create function legacy_private.mask(t text) returns text language sql immutable as $$ select left(t, 1) $$;
create function legacy_private.bucket_of(t text) returns text language sql immutable as $$ select left(t, 1) $$;
create table public.orders (id bigint, owner text, level legacy_private.level, email legacy_private.address,
  total integer default legacy_private.initial(), initials text generated always as (legacy_private.mask(owner)) stored,
  constraint owned check (legacy_private.valid(owner)));
alter table public.orders enable row level security;
create policy by_operator on public.orders for select to authenticated using (owner operator(legacy_private.##) 'x');
create index orders_bucket on public.orders (legacy_private.bucket_of(owner));
create function legacy_private.sample_of(t text) returns text language sql immutable as $$ select left(t, 1) $$;
create statistics public.orders_sample on (legacy_private.sample_of(owner)) from public.orders;
create function legacy_private.join_texts(a text, b text) returns text language sql as $$ select a || b $$;
create aggregate public.joined(text) (sfunc = legacy_private.join_texts, stype = text);
create function legacy_private.difference_of(a integer, b integer) returns double precision language sql immutable as $$ select 1.0::double precision $$;
create type public.span as range (subtype = integer, subtype_diff = legacy_private.difference_of);
create function legacy_private.compare(a uuid, b uuid) returns integer language sql immutable as $$ select uuid_cmp(a, b) $$;
create table legacy_private.members (id bigint, role text default 'member' constraint known check (role in ('member', 'admin')));
create view public.member_ids with (security_invoker = true) as select id from legacy_private.members where role = 'admin';
grant select on public.member_ids to authenticated;
create function public.is_same(a text, b text) returns boolean language sql set search_path = legacy_private as $$ select a ## b $$;
create publication filtered for table public.parent (id) where (id > 100);
create table public.accounts (id bigint primary key, legacy_id bigint references public.legacy (id));
alter table public.accounts enable row level security;
create materialized view public.legacy_stats as select count(*) from public.legacy;
create extension fuzzystrmatch schema public;
create table public.parts (id bigint references public.legacy (id)) partition by range (id);
create table public.parts_1 partition of public.parts for values from (1) to (100);
alter table public.parts enable row level security;
alter table public.parts_1 enable row level security;
create table legacy_private.events (id bigint) partition by range (id);
create view public.event_ids with (security_invoker = true) as select id from legacy_private.events;
create unique index legacy_stats_one on public.legacy_stats (count);
select lo_from_bytea(717171, 'x');
grant select on large object 717171 to authenticated;
create type legacy_private.stage as enum ('open', 'done');
create type legacy_private.mood as enum ('good', 'bad');
create type legacy_private.review as (mood legacy_private.mood, text text);
create function legacy_private.compare_dates(a date, b date) returns integer language sql immutable as $$ select date_cmp(a, b) $$;
create table public.tasks (stages legacy_private.stage[], review legacy_private.review, due date);
alter table public.tasks enable row level security;
`;

/**
 * More of these: collations and text search. Not part of {@link usedWorld}, because the record of version 2 of the posture has only that
 * (`postureOfVersion2.json`). Created after it.
 */
export const usedTextWorld = `
create text search dictionary legacy_private.words (template = simple);
create text search configuration legacy_private.search (copy = simple);
alter text search configuration legacy_private.search alter mapping for asciiword with legacy_private.words;
create text search configuration legacy_private.fallback (copy = simple);
create collation legacy_private.exact (provider = icu, locale = 'und');
create function legacy_private.may_find(t text) returns boolean language sql as $$ select to_tsvector('legacy_private.search', t) @@ 'public' $$;
create function legacy_private.may_guess(t text) returns boolean language sql set default_text_search_config = 'legacy_private.fallback'
  as $$ select to_tsvector(t) @@ 'public' $$;
create policy by_search on public.tasks for select to authenticated
  using (legacy_private.may_find((review).text) or legacy_private.may_guess((review).text));
create policy by_collation on public.tasks for select to authenticated using ((review).text = 'x' collate legacy_private.exact);
`;

/** The same for objects that only a superuser may create. */
export const usedWorldOfSuperuser = `
create operator class public.by_compare for type uuid using btree
  as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 legacy_private.compare(uuid, uuid);
create function legacy_private.rank_of(l legacy_private.level) returns integer language sql immutable as $$ select 1 $$;
create cast (legacy_private.level as integer) with function legacy_private.rank_of(legacy_private.level);
create function legacy_private.to_uuid(t text) returns uuid language sql immutable as $$ select null::uuid $$;
create foreign table legacy_private.remote (id bigint) server partner options (table_name 'remote');
create view public.remote_ids as select id from legacy_private.remote;
insert into auth.sso_providers (id, disabled) values ('00000000-0000-4000-8000-0000000000aa', true);
insert into auth.saml_providers (id, sso_provider_id, entity_id, metadata_xml)
  values (gen_random_uuid(), '00000000-0000-4000-8000-0000000000aa', 'https://idp.example.org', '<idp/>');
create schema queues;
create extension xml2 schema queues;
alter default privileges in schema queues grant select on tables to app_owner;
insert into auth.sso_providers (id) values ('00000000-0000-4000-8000-0000000000ee');
insert into auth.saml_providers (id, sso_provider_id, entity_id, metadata_xml, metadata_url)
  values (gen_random_uuid(), '00000000-0000-4000-8000-0000000000ee', 'https://refreshed.example.org',
    '<EntityDescriptor entityID="https://refreshed.example.org" validUntil="2026-11-30"/>', 'https://refreshed.example.org/metadata');
create type auth.oauth_registration_type as enum ('dynamic', 'manual');
alter table auth.oauth_clients add column registration_type auth.oauth_registration_type;
insert into auth.oauth_clients (id, client_name, redirect_uris, grant_types, registration_type)
  values ('00000000-0000-4000-8000-0000000000cd', 'known', 'https://example.org', 'authorization_code', 'manual');
create operator class legacy_private.by_date for type date using btree
  as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 legacy_private.compare_dates(date, date);
create index tasks_due on public.tasks (due legacy_private.by_date);
`;
