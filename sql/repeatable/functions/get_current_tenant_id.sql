-- The tenant of the request; null, and so no row at all, when there is none. The JWT names it, and that is not enough:
--
-- A person's token needs the membership to confirm it. It counts for nothing from the moment when the membership is disabled,
-- removed or of another tenant, or the account is banned or deleted, however long it would still be valid. Persons are all
-- those whom Auth knows or knew lately, and anybody with a session of Auth's (session_id is in every token that Auth issues).
--
-- Any other token without an issuer, or with Supabase's own for keys, is a machine's: no account, no session, signed with the
-- project's own key by a backend of ours. There is no membership to ask, so its claims are taken at their word. A token of
-- another identity provider names its issuer: without an account here it is worth nothing, whatever its `sub`.
--
-- The guide let the setting app.current_tenant_id outrank the JWT, so whoever could run set_config() chose the
-- tenant. No setting of ours is read here.
--
-- Security definer, because the policies of shared.users call it: read as the caller it would call itself. It runs as
-- app_owner, whom the policy membership_lookup shows exactly one row, found by its key: the caller's own membership.
-- In schema private, because nothing outside of policies needs it: it is not callable through the Data API.
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
