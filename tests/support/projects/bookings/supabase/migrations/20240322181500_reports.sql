-- What changed after the first months: a renamed column, a backfill, a view and a nightly job.
alter table public.bookings rename column notes to remarks;
alter table public.bookings add column price_cents integer;
update public.bookings set price_cents = 0 where price_cents is null;
alter table public.bookings alter column price_cents set default 0;
alter table public.bookings alter column price_cents set not null;
alter table public.bookings add constraint price_is_positive check (price_cents >= 0) not valid;
alter table public.bookings validate constraint price_is_positive;

create or replace view public.upcoming_bookings with (security_invoker = on) as
  select b.id, b.studio_id, s.name as studio, lower(b.during) as starts_at, b.status
  from public.bookings b join public.studios s on s.id = b.studio_id
  where upper(b.during) > now();
grant select on public.upcoming_bookings to authenticated;

create materialized view private.revenue as
  select studio_id, date_trunc('month', lower(during)) as month, sum(price_cents) as cents
  from public.bookings where status = 'confirmed' group by 1, 2;
create unique index revenue_key on private.revenue (studio_id, month);

create extension if not exists pg_cron;
select cron.schedule('refresh-revenue', '15 3 * * *', $$ refresh materialized view concurrently private.revenue $$);

do $$
begin
  if not exists (select 1 from pg_type where typname = 'payment_kind') then
    create type public.payment_kind as enum ('cash', 'card');
  end if;
end
$$;
alter type public.booking_status add value if not exists 'no_show';

create or replace function public.custom_access_token(event jsonb) returns jsonb language plpgsql stable as $$
declare
  claims jsonb := event -> 'claims';
begin
  claims := jsonb_set(claims, '{studios}', coalesce((
    select jsonb_agg(studio_id) from public.studio_members where user_id = (event ->> 'user_id')::uuid), '[]'));
  return jsonb_set(event, '{claims}', claims);
end;
$$;
grant usage on schema public to supabase_auth_admin;
grant execute on function public.custom_access_token to supabase_auth_admin;
revoke execute on function public.custom_access_token from authenticated, anon, public;
grant select on table public.studio_members to supabase_auth_admin;
create policy "Auth reads memberships" on public.studio_members as permissive for select to supabase_auth_admin using (true);

comment on table public.bookings is 'What customers have asked for';
comment on column public.bookings.during is E'Half-open: the end is free again.\nIn UTC.';
