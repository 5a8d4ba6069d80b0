-- Private channels: a tenant's topics are tenant:<tenant id>, or that and more after a colon. Members of the tenant receive
-- broadcast and presence there. Realtime asks at join, with nothing but topic and extension in the row, and the topic in
-- realtime.topic() too; the two must be the same, or whoever sets the one could read what the other names.
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
