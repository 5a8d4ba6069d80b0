-- Returns the tenant of the request, or null, which matches no row. The JWT names the tenant; what confirms it depends on the token.
--
-- A person's token needs a membership that confirms it. The token loses all access at once when the membership is disabled, removed
-- or moved to another tenant, or the account is banned or deleted. A token belongs to a person if Auth has the account or had it
-- recently, or if it has a session (Auth puts session_id into every token that it issues).
--
-- A token with neither account nor session, and without an issuer other than Supabase's own for keys, belongs to a machine: our own
-- backend signed it with the project's key. It has no membership, so its claims are trusted. A token of another identity provider
-- names its issuer. Without an account here it gives no access, regardless of its `sub`.
--
-- In the guide, the setting app.current_tenant_id took precedence over the JWT, so a caller who could run set_config() chose the
-- tenant. This function reads no setting of the application.
--
-- Security definer, because the policies of shared.users call it and would otherwise call themselves. It runs as app_owner. The
-- policy membership_lookup shows app_owner exactly one row, found by its key: the caller's own membership.
-- It is in schema private, which the Data API does not expose, because only policies need it.
create or replace function private.get_current_tenant_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  caller constant uuid := private.uuid_or_null(claims ->> 'sub');
  named constant uuid := private.uuid_or_null(claims ->> 'tenant_id');
begin
  return (
    select named
    from (select caller as id where caller is not null) as subject
    left join shared.users as member on member.id = subject.id
    left join private.people as person on person.id = subject.id
    where case
      when member.id is not null then
        member.tenant_id = named
        and member.disabled_at is null
        and (person.suspended_until is null or person.suspended_until <= now())
      else person.id is null and not claims ? 'session_id' and coalesce(claims ->> 'iss', 'supabase') = 'supabase'
    end
  );
end
$$;

comment on function private.get_current_tenant_id() is 'The tenant of the JWT, if the membership confirms it.';
revoke all on function private.get_current_tenant_id() from public, anon, authenticated, service_role;
grant execute on function private.get_current_tenant_id() to authenticated;
alter function private.get_current_tenant_id() owner to app_owner;
