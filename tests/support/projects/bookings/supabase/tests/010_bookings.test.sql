begin;
select plan(13);
select tests.rls_is_on('public');
select has_table('public', 'bookings', 'bookings exist');
select has_trigger('auth', 'users', 'on_auth_user_created', 'a new user gets a profile');
select policies_are('public', 'profiles', array[
  'Public profiles are viewable by everyone.', 'Users can insert their own profile.', 'Users can update own profile.']);
select tests.create_user('anna');
select tests.create_user('ben');
select is((select full_name from public.profiles where id = tests.user_id('anna')), 'anna', 'the trigger has made the profile');

select tests.sign_in('anna');
select lives_ok($$ insert into public.studios (name) values ('Red Room') $$, 'anna opens a studio');
select results_eq($$ select slug from public.studios $$, array['red-room'], 'and sees it alone');
select is((select role from public.studio_members), 'owner'::public.member_role, 'as its owner');

select tests.sign_in('ben');
select is_empty($$ select 1 from public.studios $$, 'ben sees no studio');
select throws_ok(
  format($$ insert into public.bookings (studio_id, customer_id, during) values (gen_random_uuid(), %L, '[2030-01-01, 2030-01-02)') $$, tests.user_id('anna')),
  '42501', null, 'ben cannot book for anna');
select tests.sign_out();
select is_empty($$ select 1 from public.studios $$, 'a visitor sees no studio') where has_table_privilege('anon', 'public.studios', 'select');
select throws_ok($$ select 1 from public.studios $$, '42501') where not has_table_privilege('anon', 'public.studios', 'select');
select isnt_empty($$ select 1 from public.profiles $$, 'a visitor sees profiles');
reset role;
select is(
  public.custom_access_token(jsonb_build_object('user_id', tests.user_id('anna'), 'claims', '{}'::jsonb)) #>> '{claims,studios,0}',
  (select id::text from public.studios where name = 'Red Room'), 'the token has the studios');
select * from finish();
rollback;
