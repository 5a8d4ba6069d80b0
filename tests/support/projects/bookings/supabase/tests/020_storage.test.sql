begin;
select plan(4);
select is((select public from storage.buckets where id = 'avatars'), true, 'avatars are public');
select tests.create_user('carl');
select tests.sign_in('carl');
select lives_ok(
  format($$ insert into storage.objects (bucket_id, name, owner_id) values ('avatars', '%1$s/me.png', '%1$s') $$, tests.user_id('carl')),
  'carl uploads into his folder');
select throws_ok(
  $$ insert into storage.objects (bucket_id, name) values ('avatars', 'somebody/me.png') $$,
  '42501', null, 'and into no other');
select is_empty($$ select 1 from storage.objects where bucket_id = 'contracts' $$, 'contracts are closed');
select * from finish();
rollback;
