create policy "Members listen to their room" on realtime.messages for select to authenticated
  using (
    extension in ('broadcast', 'presence')
    and split_part((select realtime.topic()), ':', 1) = 'room'
    and public.is_in_room(split_part((select realtime.topic()), ':', 2)::uuid)
  );
create policy "Members speak in their room" on realtime.messages for insert to authenticated
  with check (public.is_in_room(split_part((select realtime.topic()), ':', 2)::uuid));

select vault.create_secret('not-a-real-key', 'push_key', 'For the push service');

create or replace function public.search_messages(words text) returns setof public.messages
language sql stable as $$
  select * from public.messages where fts @@ websearch_to_tsquery('english', words) order by created_at desc limit 50
$$;
