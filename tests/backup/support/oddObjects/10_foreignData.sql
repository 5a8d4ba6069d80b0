-- Foreign.
create foreign data wrapper odd_wrapper options (debug 'true', "Other" 'a=''b''');
create server odd_server type 'odd''type' version '1.0' foreign data wrapper odd_wrapper options (host 'h');
create user mapping for public server odd_server options (user 'u', password 'p''w');
create user mapping for odd_owner server odd_server;
grant usage on foreign data wrapper odd_wrapper to "odd, ""reader""" with grant option;
grant usage on foreign server odd_server to odd_owner;
alter server odd_server owner to odd_owner;
comment on server odd_server is 'Server';
create foreign table odd.remote (a int options (column_name 'A''a') not null default 4, b int, t text collate "C", c int generated always as (a + 1) stored, constraint remote_a check (a > 0)) inherits (odd.father) server odd_server options (table 't', "Sch" 's');
alter foreign table odd.remote alter b set statistics 9;
comment on foreign table odd.remote is 'Remote';
grant select (a) on odd.remote to "odd, ""reader""";
create table odd.sharded (a int, b text) partition by range (a);
create foreign table odd.shard partition of odd.sharded for values from (100) to (200) server odd_server options (x '1');
create table odd.shard_here partition of odd.sharded default;
insert into odd.sharded values (5, 'x');
create trigger on_remote before insert on odd.remote for each row execute function odd.instead();
alter table odd.remote disable trigger on_remote;
