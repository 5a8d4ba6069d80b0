create or replace trigger set_updated_at before update on shared.customers
  for each row execute function shared.touch_updated_at();

create or replace trigger touch_metrics before update on shared.metrics
  for each row execute function shared.touch_updated_at();

create or replace trigger profile_created after insert on auth.users
  for each row execute function internal.profile_created();

-- The server does not copy statement triggers to partitions.
create or replace trigger keep_ledger before update or delete or truncate on shared.ledger
  for each statement execute function shared.refuse();
alter table shared.ledger enable always trigger keep_ledger;
do $$
declare
  name regclass;
begin
  for name in select relid from pg_partition_tree('shared.ledger') where level > 0 loop
    execute format('create or replace trigger keep_ledger before update or delete or truncate on %s
      for each statement execute function shared.refuse()', name);
    execute format('alter table %s enable always trigger keep_ledger', name);
  end loop;
end
$$;

create or replace rule keep_audit_log as on delete to shared.audit_log do instead nothing;
