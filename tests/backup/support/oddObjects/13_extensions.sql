-- Extensions.
create extension hstore with schema "odd 2";
create extension pg_trgm with schema odd;
create extension btree_gist with schema "odd 2 types";
comment on extension hstore is 'Ours';
create table odd.ext (h "odd 2".hstore, t text, n int, r int4range, exclude using gist (n with =, r with &&));
insert into odd.ext values ('a=>1', 'word', 1, '[1,2)');
create index ext_trgm on odd.ext using gist (t odd.gist_trgm_ops (siglen = 32));
alter index odd.ext_trgm depends on extension pg_trgm;
alter function odd.double(int) depends on extension hstore;
alter trigger of_columns on odd.gone depends on extension hstore;
alter materialized view odd.m_empty depends on extension pg_trgm;
revoke execute on function odd.similarity(text, text) from public;
grant execute on function odd.similarity(text, text) to odd_owner;
