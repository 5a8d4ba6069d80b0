create or replace trigger set_updated_at before update on shared.customers
  for each row execute function shared.touch_updated_at();

create or replace trigger touch_metrics before update on shared.metrics
  for each row execute function shared.touch_updated_at();

create or replace trigger profile_created after insert on auth.users
  for each row execute function internal.profile_created();

create or replace rule keep_audit_log as on delete to shared.audit_log do instead nothing;
