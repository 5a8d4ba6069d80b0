-- Private channels: a tenant's topics are tenant:<tenant id>, or that and more after a colon. Members of the tenant receive
-- broadcast and presence there. Realtime asks at join, with nothing but topic and extension in the row.
create policy tenant_receive on realtime.messages
  for select
  to authenticated
  using (
    extension in ('broadcast', 'presence')
    and split_part((select realtime.topic()), ':', 1) = 'tenant'
    and split_part((select realtime.topic()), ':', 2) = (select private.get_current_tenant_id())::text
  );
