create table reactions (
  message_id bigint references messages on delete cascade,
  user_id uuid default auth.uid() references auth.users on delete cascade,
  emoji text not null check (char_length(emoji) <= 8),
  created_at timestamptz default now(),
  primary key (message_id, user_id, emoji)
);
alter table reactions enable row level security;
create policy "React where you read" on reactions for all to authenticated
  using (exists (select 1 from messages m where m.id = message_id))
  with check (user_id = (select auth.uid()) and exists (select 1 from messages m where m.id = message_id));
grant select, insert, delete on reactions to authenticated;
alter publication supabase_realtime add table reactions;

drop policy "Members write" on messages;
create policy "Members write" on messages for insert to authenticated
  with check (is_in_room(room_id) and user_id = (select auth.uid()) and length(body) < 4000);

create or replace function count_reactions() returns trigger language plpgsql as $$
begin
  perform realtime.send(jsonb_build_object('message', new.message_id), 'reaction', 'reactions', false);
  return new;
end $$;
create trigger count_reactions after insert on reactions for each row execute function count_reactions();
