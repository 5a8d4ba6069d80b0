-- The tenant of the request: the JWT names it, and the membership confirms it. Null, and so no row at all, when the token
-- names no tenant, names another one than the person's own, or the membership is gone or disabled, however long the
-- token would still be valid.
--
-- The guide let the setting app.current_tenant_id outrank the JWT, so whoever could run set_config() chose the
-- tenant. No setting of ours is read here.
--
-- Security definer, because the policies of shared.users call it: read as the caller it would call itself. It runs as
-- app_owner, whom the policy membership_lookup shows exactly one row, found by its key: the caller's own membership.
-- In schema private, because nothing outside of policies needs it: it is not callable through the Data API.
create or replace function private.get_current_tenant_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  return (
    select member.tenant_id
    from shared.users as member
    where member.id::text = lower(claims ->> 'sub')
      and member.tenant_id::text = lower(claims ->> 'tenant_id')
      and member.disabled_at is null
  );
end
$$;

comment on function private.get_current_tenant_id() is 'The tenant of the JWT, if the person is an enabled member of it.';
revoke all on function private.get_current_tenant_id() from public, anon, authenticated, service_role;
grant execute on function private.get_current_tenant_id() to authenticated;
alter function private.get_current_tenant_id() owner to app_owner;
