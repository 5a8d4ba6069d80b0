-- Members send on the topics of their tenant, except on tenant:<tenant id>:changes, where only the database sends: a client
-- could otherwise announce changes that never happened.
create policy tenant_send on realtime.messages
  for insert
  to authenticated
  with check (
    topic = (select realtime.topic())
    and extension in ('broadcast', 'presence')
    and (
      select split_part(realtime.topic(), ':', 1) = 'tenant'
        and split_part(realtime.topic(), ':', 2) = private.get_current_tenant_id()::text
        and split_part(realtime.topic(), ':', 3) <> 'changes'
    )
  );
