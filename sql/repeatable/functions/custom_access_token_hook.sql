-- Auth's custom access token hook: adds tenant_id, industry, subdomain and tenant_role to the token of an enabled member.
-- Other users get a token without these claims. Claims of these names from other sources are removed.
--
-- Every token of Auth gets the role authenticated. Auth reads the role from auth.users.role. A caller who can write to that
-- table, or call Auth's admin API, could set it to service_role or to another role that authenticator is a member of.
--
-- URI: pg-functions://postgres/private/custom_access_token_hook. Auth calls it as supabase_auth_admin during the sign-in, with a
-- time limit of two seconds. As Supabase advises, it is not security definer: grants and the policies token_hook let it read.
-- An event without a valid user id adds no claims. It does not raise an error, because an error would block the sign-in.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Claims that are not a JSON object contain nothing to keep.
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
