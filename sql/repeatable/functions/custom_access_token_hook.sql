-- Auth's custom access token hook: adds tenant_id, industry, subdomain and tenant_role to the token of an enabled member.
-- Anybody else gets a token without them, and no claim of these names survives from elsewhere.
--
-- Every token of Auth is for the role authenticated. Auth takes the role from auth.users.role, where anybody who can write to that table,
-- or call Auth's admin API, could put service_role or another role that authenticator is a member of.
--
-- URI: pg-functions://postgres/private/custom_access_token_hook. Auth calls it as supabase_auth_admin, inside the sign-in and
-- within two seconds. Not security definer, as Supabase advises: the role reads through grants and the policies token_hook.
-- An event without a user, or with one that is no uuid, is nobody's, and never an error: that would keep people from signing in.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In another shape than an object's there is nothing in it that could be kept.
  claims jsonb := case when jsonb_typeof(event -> 'claims') = 'object' then event -> 'claims' else '{}' end
    - array['tenant_id', 'industry', 'subdomain', 'tenant_role'];
  membership jsonb;
begin
  select jsonb_build_object(
    'tenant_id', tenant.id,
    'industry', tenant.industry,
    'subdomain', tenant.subdomain,
    'tenant_role', member.role
  )
  into membership
  from shared.users as member
  join shared.tenants as tenant on tenant.id = member.tenant_id
  join auth.users as person on person.id = member.id
  where member.id = private.uuid_or_null(event ->> 'user_id')
    and member.disabled_at is null
    and person.deleted_at is null
    and (person.banned_until is null or person.banned_until <= now());

  if claims ? 'role' then
    claims := claims || '{"role": "authenticated"}';
  end if;
  return case when jsonb_typeof(event) = 'object' then event else '{}' end
    || jsonb_build_object('claims', claims || coalesce(membership, '{}'));
end
$$;

comment on function private.custom_access_token_hook(jsonb) is 'Auth hook: the tenant''s claims in the access token.';
revoke all on function private.custom_access_token_hook(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;
alter function private.custom_access_token_hook(jsonb) owner to app_owner;
