begin;
create extension if not exists pgtap with schema extensions;
select plan(8);
insert into auth.users (id, email) values
  ('11111111-1111-1111-1111-111111111111', 'in@test.example'), ('22222222-2222-2222-2222-222222222222', 'out@test.example');
insert into public.rooms (id, name, kind) values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'Closed', 'closed');
insert into public.room_members values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', '11111111-1111-1111-1111-111111111111');

set local role authenticated;
set local request.jwt.claims to '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';
select lives_ok($$ insert into public.messages (room_id, body) values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'Hello chairs') $$, 'a member writes');
select results_eq($$ select body from public.search_messages('chair') $$, array['Hello chairs'], 'and finds it');
select lives_ok($$ insert into public.reactions (message_id, emoji) select id, '+1' from public.messages $$, 'and reacts');
select is((select members from public.room_sizes), 1::bigint, 'the room has one member');

set local request.jwt.claims to '{"sub": "22222222-2222-2222-2222-222222222222", "role": "authenticated"}';
select is_empty($$ select 1 from public.messages $$, 'somebody else reads nothing');
select is_empty($$ select 1 from public.rooms $$, 'and does not see the room');
select throws_ok($$ insert into public.messages (room_id, body) values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'x') $$, '42501', null, 'and writes nothing');

reset role;
select isnt_empty($$ select 1 from realtime.messages where topic = 'room:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' $$, 'the room was told');
select * from finish();
rollback;
