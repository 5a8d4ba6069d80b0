-- Private channels: the topics of a tenant are tenant:<tenant id> and tenant:<tenant id>:<anything>. Members of the tenant
-- receive broadcasts and presence there. Realtime checks this at join with a row that has only topic and extension, and with the topic in
-- realtime.topic(). Both must be equal: otherwise, a caller who controls one could read the topic that the other names.
create policy tenant_receive on realtime.messages
  for select
  to authenticated
  using (
    topic = (select realtime.topic())
    and extension in ('broadcast', 'presence')
    and (
      select split_part(realtime.topic(), ':', 1) = 'tenant'
        and split_part(realtime.topic(), ':', 2) = private.get_current_tenant_id()::text
    )
  );
