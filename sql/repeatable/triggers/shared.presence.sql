create or replace trigger refuse_identity_change
  before update on shared.presence
  for each row when (new.id is distinct from old.id or new.tenant_id is distinct from old.tenant_id)
  execute function private.refuse_identity_change();
