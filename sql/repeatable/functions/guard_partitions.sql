-- A statement on a partition does not fire the statement triggers of its parent, and `truncate` has no other kind. So each
-- partition gets its own copy of those that keep the parent append-only. Copies that exist and are enabled stay as they are.
create or replace function private.guard_partitions(parent regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unguarded record;
begin
  for unguarded in
    select link.inhrelid::regclass as name, guard.tgname as guard, pg_get_triggerdef(guard.oid) as definition
    from pg_catalog.pg_inherits as link
    join pg_catalog.pg_trigger as guard
      on guard.tgrelid = link.inhparent and guard.tgfoid = 'private.refuse_audit_change()'::regprocedure
      and pg_get_triggerdef(guard.oid) like '% FOR EACH STATEMENT %'
    where link.inhparent = parent
      and not exists (
        select from pg_catalog.pg_trigger as copy
        where copy.tgrelid = link.inhrelid
          and (copy.tgname, copy.tgfoid, copy.tgtype, copy.tgenabled)
            = (guard.tgname, guard.tgfoid, guard.tgtype, 'A')
      )
  loop
    execute regexp_replace(
      replace(unguarded.definition, format(' ON %s FOR ', parent), format(' ON %s FOR ', unguarded.name)),
      '^CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER'
    );
    execute format('alter table %s enable always trigger %I', unguarded.name, unguarded.guard);
  end loop;
end
$$;

comment on function private.guard_partitions(regclass) is 'Makes all partitions of an append-only table append-only.';
revoke all on function private.guard_partitions(regclass) from public, anon, authenticated, service_role;
alter function private.guard_partitions(regclass) owner to app_owner;
