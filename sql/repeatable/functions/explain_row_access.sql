-- Explains which policy hides a row from a user, or refuses a write to it. For every policy of the table that applies to
-- signed-in users and to the command, it returns whether the row passes it with the claims of the user's next token. For an
-- update or delete, it checks the current row, not the new one.
--
--   select * from private.explain_row_access('<user id>', 'shared.customers', '<row id>');
--
-- For operators (postgres): it bypasses the policies in order to evaluate them. A row is visible if it passes at least one
-- permissive policy and all restrictive ones. The last line has this result.
create or replace function private.explain_row_access(
  user_id uuid,
  table_name regclass,
  row_id uuid,
  command text default 'select',
  assurance_level text default 'aal1'
) returns table (policy text, kind text, passes boolean, expression text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  claims_before constant text := current_setting('request.jwt.claims', true);
  letter constant "char" := (array['r', 'a', 'w', 'd'])[
    array_position(array['select', 'insert', 'update', 'delete'], lower(command))
  ]::"char";
  token jsonb;
  row_exists boolean;
  found_policy record;
  seen_by_permissive boolean := false;
  permitted boolean := false;
  all_restrictive boolean := true;
begin
  if letter is null then
    raise exception 'command is one of select, insert, update, delete, not %', command
      using errcode = 'invalid_parameter_value';
  end if;
  token := private.custom_access_token_hook(jsonb_build_object(
    'user_id', explain_row_access.user_id,
    'claims', jsonb_build_object('sub', explain_row_access.user_id, 'role', 'authenticated', 'aal', assurance_level)
  )) -> 'claims';
  perform set_config('request.jwt.claims', token::text, true);

  policy := 'membership';
  kind := 'claim';
  passes := token ? 'tenant_id';
  expression := coalesce(
    format('tenant %s, role %s', token ->> 'tenant_id', token ->> 'tenant_role'),
    'the user is no enabled member of a tenant'
  );
  return next;

  execute format('select exists (select from %s where id = $1)', table_name) into row_exists using row_id;
  policy := 'row';
  kind := 'existence';
  passes := row_exists;
  expression := format('id = %L', row_id);
  return next;

  for found_policy in
    select
      policies.polname,
      policies.polpermissive,
      policies.polcmd in ('r', '*') as is_for_reading,
      policies.polcmd in (letter, '*') as is_for_command,
      -- An insert is checked by WITH CHECK only; a select, update or delete by USING.
      coalesce(
        case when letter = 'a'
          then pg_get_expr(coalesce(policies.polwithcheck, policies.polqual), policies.polrelid)
          else pg_get_expr(policies.polqual, policies.polrelid)
        end,
        'true'
      ) as condition
    from pg_catalog.pg_policy as policies
    where policies.polrelid = table_name
      -- An update or delete also reads its row, so the policies for select apply too.
      and (policies.polcmd in (letter, '*') or (letter in ('w', 'd') and policies.polcmd = 'r'))
      and (
        policies.polroles = array[0::oid]
        or (select oid from pg_catalog.pg_roles where rolname = 'authenticated') = any (policies.polroles)
      )
    order by policies.polpermissive desc, policies.polname
  loop
    execute format('select coalesce(bool_or(%s), false) from %s where id = $1', found_policy.condition, table_name)
      into passes using row_id;
    policy := found_policy.polname;
    kind := case when found_policy.polpermissive then 'permissive' else 'restrictive' end;
    expression := found_policy.condition;
    if found_policy.polpermissive then
      seen_by_permissive := seen_by_permissive or (passes and found_policy.is_for_reading);
      permitted := permitted or (passes and found_policy.is_for_command);
    else
      all_restrictive := all_restrictive and passes;
    end if;
    return next;
  end loop;

  policy := 'verdict';
  kind := lower(command);
  passes := permitted and all_restrictive and (seen_by_permissive or letter = 'a');
  expression := case when passes then 'the row passes' else 'the row is hidden or the write refused' end;
  return next;
  perform set_config('request.jwt.claims', coalesce(claims_before, ''), true);
end
$$;

comment on function private.explain_row_access(uuid, regclass, uuid, text, text)
  is 'Which policy hides a row from a user. For operators.';
revoke all on function private.explain_row_access(uuid, regclass, uuid, text, text)
  from public, anon, authenticated, service_role;
alter function private.explain_row_access(uuid, regclass, uuid, text, text) owner to app_owner;
