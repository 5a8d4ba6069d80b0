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
create role reporting nologin;
grant pg_monitor to reporting;
create extension pg_trgm schema extensions;
`;

/** The same, of what only a superuser may make. */
export const postureWorldOfSuperuser = `
create foreign data wrapper partners;
create server partner foreign data wrapper partners options (host 'partner.example');
grant usage on foreign server partner to postgres;
create user mapping for postgres server partner options (user 'reader');
`;
