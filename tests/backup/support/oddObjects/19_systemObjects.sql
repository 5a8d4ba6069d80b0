-- System.
comment on function pg_catalog.now() is 'It is now';
comment on column pg_catalog.pg_class.relname is 'Rel';
alter text search configuration pg_catalog.english alter mapping for asciiword with odd.syn, english_stem;
alter text search dictionary pg_catalog.german_stem (stopwords);
revoke execute on function pg_catalog.pg_sleep(float8) from public;
grant select (rolname) on pg_catalog.pg_authid to odd_owner;
revoke usage on type pg_catalog.money from public;
grant create on schema information_schema to odd_owner;
comment on cast (int as bigint) is 'Wider';
comment on operator pg_catalog.+ (int, int) is 'Plus';
create table odd.english (t text, v tsvector generated always as (to_tsvector('pg_catalog.english', t)) stored);
insert into odd.english values ('the quick dogs');
create index on odd.english using gin (to_tsvector('english', t));
create function pg_catalog.odd_addition() returns int language sql as 'select 1';
create domain pg_catalog.odd_domain as int;
alter operator family pg_catalog.integer_ops using hash add function 1 (odd.my_int) hashint4(int);
