-- A schema with a name of the platform.
create schema etl;
create materialized view etl.counted as select count(*) from odd.gone;
alter materialized view etl.counted owner to odd_owner;
create table etl.built (n int);
alter table etl.built owner to "constructor";
insert into etl.built values (1), (2);
