insert into auth.users (id, email, raw_user_meta_data, aud, role)
values ('6f7c1b1e-4f0a-4d8e-9a53-5b1f6a1d0001', 'seed@example.com', '{"full_name": "Seed"}', 'authenticated', 'authenticated');
insert into public.studios (name, created_by) values ('Blue Room', '6f7c1b1e-4f0a-4d8e-9a53-5b1f6a1d0001');
