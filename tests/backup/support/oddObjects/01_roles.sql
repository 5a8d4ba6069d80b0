-- Roles and schemas.
create role odd_owner nologin;
create role "odd, ""reader""" nologin;
create role odd_lead nologin createrole;
create role odd_member nologin;
grant odd_owner, odd_lead, odd_member to current_user;
grant odd_owner to odd_lead with admin option;
set role odd_lead;
grant odd_owner to odd_member with admin option;
reset role;
set role odd_member;
grant odd_owner to "odd, ""reader""";
reset role;
create schema odd;
create schema "odd 2" authorization odd_owner;
create schema "odd 2 types";
-- Names that end quoted texts, and a name that every object of JavaScript has.
create role "50% of $$ 'x'" nologin;
create role "constructor" nologin;
comment on schema public is 'Ours';
grant create, usage on schema odd to odd_owner;
grant usage on schema odd to "odd, ""reader""";
create role "odd
role: SELECT";
grant "odd
role: SELECT" to current_user;
create schema "odd
schema" authorization "odd
role: SELECT";
create table "odd
schema".owned (n int);
alter table "odd
schema".owned owner to "odd
role: SELECT";
grant usage on schema odd to "odd
role: SELECT";
alter default privileges for role "odd
role: SELECT" in schema "odd
schema" grant select on tables to odd_member;
