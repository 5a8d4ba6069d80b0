/**
 * Objects of another application whose types, views and privileges limit what clients reach. They exist before the first deployment.
 * Created as a superuser, after the other worlds.
 */
export const limitWorld = `
create table public.limited (id bigint primary key, code varchar(8), short varchar(8), tag text collate "C", labels varchar(8)[],
  levels legacy_private.level[], made_at timestamp(3), legacy_id bigint constraint of_legacy references public.legacy (id));
alter table public.limited enable row level security;
alter table public.limited owner to postgres;
create role auditors nologin;
create policy not_for_auditors on public.limited as restrictive for select to auditors using (false);
create view public.barred with (security_barrier = true, check_option = local) as select id, code from public.limited where id > 10;
alter view public.barred owner to postgres;
create table public.codes (id bigint, body text);
alter extension fuzzystrmatch add table public.codes;
revoke execute on function extensions.nlevel(extensions.ltree) from public;
revoke execute on function public.metaphone(text, integer) from public;
create extension cube schema extensions version '1.3';
revoke execute on function extensions.g_cube_compress(internal) from public;
create extension pageinspect schema extensions version '1.8';
revoke execute on function extensions.bt_metap(text), extensions.get_raw_page(text, integer) from public;
alter default privileges for role reporting revoke execute on functions from public;
alter default privileges for role reporting revoke usage on types from public;
create function public.of_reporting() returns integer language sql as $$ select 1 $$;
alter function public.of_reporting() owner to reporting;
create function public.calls_unqualified() returns bigint language plpgsql as $$ begin return (select count(*) from items) + total_of(); end $$;
create table queues.meta (name varchar(20) primary key, made_at timestamptz not null default now());
create table queues.q_old (id bigint not null);
alter extension xml2 add table queues.meta;
alter extension xml2 add table queues.q_old;
create table auth.custom_oauth_providers (id uuid primary key default gen_random_uuid(), provider_type text not null,
  identifier text not null unique, name text not null, client_id text not null, client_secret text not null,
  acceptable_client_ids text[] not null default '{}', scopes text[] not null default '{}', pkce_enabled boolean not null default true,
  attribute_mapping jsonb not null default '{}', authorization_params jsonb not null default '{}', enabled boolean not null default true,
  email_optional boolean not null default false, issuer text, discovery_url text, skip_nonce_check boolean not null default false,
  cached_discovery jsonb, discovery_cached_at timestamptz, authorization_url text, token_url text, userinfo_url text, jwks_uri text,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
alter table auth.custom_oauth_providers owner to supabase_auth_admin;
alter table auth.custom_oauth_providers enable row level security;
insert into auth.custom_oauth_providers (provider_type, identifier, name, client_id, client_secret, issuer, enabled) values
  ('oidc', 'custom:known', 'Known', 'ours', 'do-not-print-this', 'https://idp.example', true),
  ('oidc', 'custom:former', 'Former', 'ours', 'do-not-print-this', 'https://former.example', false);
`;
