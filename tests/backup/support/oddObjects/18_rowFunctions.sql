-- Functions that every row calls: by domains within other types, and as operators of a search path.
create function odd.is_code(t text) returns boolean language sql immutable as $f$ select t ~ '^[a-z]+$' $f$;
create domain odd.code as text constraint coded check (odd.is_code(value));
comment on constraint coded on domain odd.code is 'Letters';
create type odd.with_code as (c odd.code);
create table odd.codes (cs odd.code[], w odd.with_code);
insert into odd.codes values (array['ab', 'c'], row('d'));
create function odd.is_below(a int, b int) returns boolean language plpgsql immutable as 'begin return double(a) < b; end';
create operator odd.<<? (leftarg = int, rightarg = int, function = odd.is_below);
create table odd.by_operator (a int, b int, c boolean generated always as (a operator(odd.<<?) b) stored, constraint below check (a operator(odd.<<?) b));
set search_path = odd, public;
insert into odd.by_operator values (1, 5), (2, 7);
reset search_path;
