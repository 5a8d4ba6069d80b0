// SQL that creates the databases of tests/backup/plainEquality.database.test.ts.

/** Objects that are identical after a restore. */
export const roundTripObjects = `
create role last_named;
create role "First, named";
create role no_path;
create role odd_path;
create table public.guarded (id int);
alter table public.guarded enable row level security;
create policy backwards on public.guarded for select to last_named, "First, named", no_path using (true);
create policy three on public.guarded for delete to odd_path, "First, named" using (id > 1);
create policy "all on it" on public.guarded as restrictive to odd_path, last_named using (true) with check (id > 2);
create table public."a on b" (id int);
alter table public."a on b" enable row level security;
create policy "p on q" on public."a on b" using (id > 1);
alter role no_path set search_path = '';
alter role odd_path set search_path = '$user', 'a, b', 'q"q', public, '';
do $$ begin execute format('alter database %I set search_path = ''''', current_database()); end $$;
create schema typed;
create extension citext with schema typed;
create extension pg_trgm with schema typed;
do $$ begin execute format('alter database %I set pg_trgm.similarity_threshold = 0.5', current_database()); end $$;
create table public.people (email typed.citext, n int);
create table public.mails (email typed.citext, m int);
insert into public.people values ('Ann@example.com', 1), ('bob@example.com', 2);
insert into public.mails values ('ann@EXAMPLE.com', 3);
set search_path = public, typed;
create view public.joined as select * from people join mails using (email);
create view public.joined_naturally as select count(*) from people natural left join mails where m is not null;
create materialized view public.joined_once as select count(*) from people join mails using (email);
create function public.joined_in_function() returns bigint language sql stable begin atomic select count(*) from people full join mails using (email) where n is not null and m is not null; end;
reset search_path;
create table public.parent (id int not null, a text, b text, c text);
create table public.nullable () inherits (public.parent);
alter table public.nullable alter id drop not null;
insert into public.nullable values (null, 'a', 'b', 'c');
create table public.later_not_null (id int);
create table public.still_nullable (n int) inherits (public.later_not_null);
insert into public.still_nullable values (null, 1);
alter table only public.later_not_null alter id set not null;
create table public.plain_child () inherits (public.parent);
alter table only public.parent alter a set storage external, alter b set compression pglz, alter c set storage main;
alter table only public.nullable alter b set storage external;
insert into public.plain_child values (1, repeat('a', 3000), repeat('b', 3000), 'c');
create table public.one (t text);
create table public.two (t text);
create table public.of_both () inherits (public.one, public.two);
alter table public.one alter t set storage external;
insert into public.of_both values ('both');
create table public.keyed (id int primary key, name text);
create function public.with_result(named int, int, out int) language sql begin atomic select $2 + named; end;
create function public.keyed_name(id int) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
create materialized view public.keyed_names as select k.id, k.name, count(*) as n from public.keyed k group by k.id;
create table public.named (p regprocedure, f regproc, r regclass);
insert into public.named values ('public.keyed_name(int)', 'public.keyed_name', 'public.keyed_names');
create type public."Kind of" as enum ('a');
create function public.of_several(id int, kind public."Kind of"[], at timestamptz) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
insert into public.named (p) values ('public.of_several(int, public."Kind of"[], timestamptz)');
create table public.toasted (a int, note text) with (fillfactor = 70, toast.autovacuum_enabled = off, toast.autovacuum_vacuum_scale_factor = 0.5);
create table public.toasted_child (b int) inherits (public.toasted);
alter table public.toasted add late int;
create table public.grown (a int);
create table public.child (b int, "c, d" int) inherits (public.grown);
create table public.grandchild (d int) inherits (public.child);
create table public.in_order (z int) inherits (public.grown);
alter table public.grown add late int default 5 not null;
create table public.after_all (y int) inherits (public.grown);
alter table public.child add more text default 'x, (y' check (more <> ');');
alter table public.grown add constraint positive check (late > 0);
alter table only public.child alter late set default 7;
alter table public.grandchild alter late drop default, alter late set statistics 99;
create table public.holders (c public.child, g public.grandchild[]);
insert into public.child values (1, 2, 3, 4, 'm');
insert into public.grandchild values (1, 2, 3, 4, 5, 'n');
insert into public.after_all values (1, 2, 3);
insert into public.holders values (row(1, 2, 3, 4, 'x'), array[row(1, 2, 3, 4, 5, 'y')::public.grandchild]);
create table public.first_mother (x int, y int);
create table public.second_mother (y int, z int check (z > 0) no inherit);
create table public.of_mothers (own int, y int default 3) inherits (public.first_mother, public.second_mother);
alter table public.second_mother add x int;
alter table public.first_mother add "odd, col""umn" numeric(5, 2) default 1.5;
insert into public.of_mothers (own) values (1);
create table public.adopting (q text, p text);
create table public.adopted (p text, extra int not null, q text);
alter table public.adopted inherit public.adopting;
alter table public.adopting add gen text generated always as (q || 'x') stored, add s serial;
insert into public.adopted (p, extra, q) values ('p', 1, 'q');
alter table public.adopted owner to no_path;
create foreign data wrapper of_children;
create server of_children foreign data wrapper of_children;
create foreign table public.remote_child (own int options (o '1')) inherits (public.adopting) server of_children options (t 'x');
alter table public.adopting add last int;
create table public.parted (a int, b int) partition by list (a);
create table public.part_of (b int, gone int, a int);
alter table public.part_of drop column gone;
alter table public.parted attach partition public.part_of for values in (1);
alter table public.parted add c int;
create table public.of_parts (p public.part_of, whole public.parted);
insert into public.of_parts values (row(1, 2, 3), row(4, 5, 6));
create table public.events (a int);
create sequence public.login_ids;
create table public.logins (n int default nextval('public.login_ids'), b int) inherits (public.events);
create table public.of_events (e public.events);
alter table public.events add late int;
alter table public.events alter late set default 4;
create table public.of_logins (l public.logins);
insert into public.logins (a, b) values (1, 2);
insert into public.of_events values (row(1, 2));
insert into public.of_logins values (row(1, 2, 3, 4));
create table public.self_first (a int);
create table public.self_second (b public.self_first, c int) inherits (public.self_first);
alter table public.self_first add late int;
alter table public.self_first alter late set default 5;
alter table only public.self_second alter late set default 6;
create table public.of_second (s public.self_second[]);
insert into public.self_second (a, b, c) values (1, row(2, 3), 4);
insert into public.of_second values (array[row(1, row(2, 3), 4, 5)::public.self_second]);
create sequence public.numbers;
create table public.counted (n int default nextval('public.numbers'));
insert into public.counted default values;
create extension hstore with schema typed;
alter extension hstore drop function typed.hstore_to_array(typed.hstore);
alter extension hstore drop function typed.hstore_version_diag(typed.hstore);
alter extension citext drop function typed.split_part(typed.citext, typed.citext, int);
create or replace function typed.split_part(typed.citext, typed.citext, int) returns text language sql immutable as 'select ''ours''';
revoke execute on function typed.split_part(typed.citext, typed.citext, int) from public;
create table public.nodes (id int primary key, up int);
insert into public.nodes values (1, null), (2, 1), (3, 1), (4, 2), (5, 6), (6, 5);
create function public.depth_first() returns table (id int, ordering text) language sql stable begin atomic with recursive t(id, up) as (select n.id, n.up from public.nodes n where n.up is null union all select n.id, n.up from public.nodes n join t on n.up = t.id) search depth first by id set "Ordering" select t.id, t."Ordering"::text from t order by "Ordering"; end;
create function public.cycles() returns table (id int, looped text) language sql stable begin atomic with recursive t(id, up) as (select n.id, n.up from public.nodes n where n.id >= 4 union all select n.id, n.up from public.nodes n join t on n.up = t.id) cycle id set looped to 'Y' default 'N' using path select t.id, t.looped from t order by 1, 2; end;
create view public.breadth_first as with recursive t(id, up) as (select n.id, n.up from public.nodes n where n.up is null or n.id = 5 union all select n.id, n.up from public.nodes n join t on n.up = t.id) search breadth first by up, id set ordering cycle id set is_cycle using path select t.id, t.up, t.ordering::text as place, t.is_cycle, t.path::text as path from t order by t.ordering;
create function public.of_breadth_first() returns setof public.breadth_first language sql stable begin atomic select * from public.breadth_first; end;
create materialized view public.breadth_once as select count(*) as n, bool_or(is_cycle) as any_cycle from public.of_breadth_first();
create procedure public.fills(n int) language sql begin atomic with gone as (delete from public.nodes where id = n returning id) insert into public.nodes select id, null::int from gone; update public.nodes set up = null where id = n; end;
create view public.windows as select id, sum(id) over w as total, array_agg(up) over (order by id groups between 1 preceding and current row exclude ties) as ups, first_value(id) over (w rows 2 preceding) from public.nodes window w as (partition by up is null order by id) order by 1 fetch first 3 rows with ties;
create view public.grouped as select up, id, grouping(up, id), count(*) filter (where id > 1) from public.nodes group by grouping sets ((), rollup (up, id), cube (id)) order by 1, 2, 3;
create view public.nested_from as select n.id, l.below, r.* from public.nodes n left join lateral (select array_agg(b.id order by b.id desc) as below from public.nodes b where b.up = n.id) l on true, rows from (generate_series(1, 2), unnest(array['a', 'b'])) with ordinality as r(number, letter, nth) order by 1, 3;
create type public.point3 as (x int, y int, z int);
create domain public.octant as public.point3 constraint positive check ((value).x > 0 and (value).y > 0);
create table public.placed (at public.octant default row(1, 2, 3)::public.point3, path public.point3[] default array[row(1, 1, 1), row(2, 2, 2)]::public.point3[], sum int generated always as ((at).x + (at).z) stored, first int generated always as ((path)[1].y) stored);
insert into public.placed values (default, default), (row(4, 5, 6), '{}');
create index placed_z on public.placed (((at).z), (path[1:2])) where (at).x > 0;
create function public.as_text(public.point3) returns text language sql immutable as 'select ($1).x || ''/'' || ($1).y';
create cast (public.point3 as text) with function public.as_text(public.point3) as assignment;
create table public.written_as (label text default (row(7, 8, 9)::public.point3)::text, constraint "cast" check (label <> (row(0, 0, 0)::public.point3)::text));
insert into public.written_as default values;
create table public.spans (room int, kind text collate "C", during daterange, constraint "one at a time" exclude using gist (during with &&) where (kind = 'x'), check ((room, kind) > (0, '')), check (num_nonnulls(room, kind) between 1 and 2));
insert into public.spans values (1, 'x', '[2026-01-01,2026-01-05)');
create table public.ranked (a int, b text, c numeric) partition by range (a, lower(b) collate "C", (c + 1));
create table public.ranked_low partition of public.ranked for values from (minvalue, minvalue, minvalue) to (5, 'm', 0);
create table public.ranked_rest partition of public.ranked default partition by hash (a, b);
create table public.ranked_rest_0 partition of public.ranked_rest for values with (modulus 1, remainder 0);
create index ranked_b on only public.ranked (b desc nulls first) include (a);
insert into public.ranked values (1, 'A', 1), (9, 'z', 2), (null, null, null);
create function public.noted() returns trigger language plpgsql as 'begin return new; end';
create trigger "before all" before insert or update of a on public.ranked for each row when (new.a is not null and new.b <> '') execute function public.noted('x', '', '"');
alter trigger "before all" on public.ranked rename to "renamed all";
create table public.keyed_twice (a int, b int default 3, note text, primary key (a, b)) partition by list (a);
create table public.keyed_twice_1 partition of public.keyed_twice for values in (1, 2);
create table public.refers_twice (a int, b int default 4, up int, foreign key (a, b) references public.keyed_twice on delete set default (b) on update cascade deferrable initially deferred);
insert into public.keyed_twice values (1, 3, 'n'), (1, 4, 'm');
insert into public.refers_twice values (1, 3, null);
create schema " s.p ";
create table " s.p "."t"".x, (y) " ("a.b" int, " " text, "COUNT(*)" int generated always as identity, constraint " c " check ("a.b" > 0));
insert into " s.p "."t"".x, (y) " values (1, ' ');
create function " s.p "."f(""x""" (" in" int, "Out" int[] default '{1,2}', variadic "rest, all" text[] default '{}') returns int language sql strict as 'select $1';
comment on function " s.p "."f(""x""" (int, int[], text[]) is 'Odd; name';
create function public.pick_longer(text, text, int) returns text language sql immutable as 'select case when length($1) > $3 then $1 else $2 end';
create aggregate public.longest(text, int) (sfunc = public.pick_longer, stype = text, parallel = restricted);
create view public.longest_node as select public.longest(note, b order by note desc) filter (where a > 0) as note from public.keyed_twice;
create function public.added(public.point3, public.point3) returns public.point3 language sql immutable begin atomic select row(($1).x + ($2).x, ($1).y + ($2).y, ($1).z + ($2).z)::public.point3; end;
create operator public.<+> (leftarg = public.point3, rightarg = public.point3, function = public.added, commutator = operator(public.<+>));
create function public.added_twice(a public.point3 default row(1, 1, 1)::public.point3 operator(public.<+>) row(2, 2, 2)::public.point3) returns public.point3 language sql immutable return a operator(public.<+>) a;
create rule keep_nodes as on delete to public.nodes where exists (select from public.keyed_twice k where k.a = old.id) do instead (update public.nodes set up = null where id = old.id; insert into public.counted select n.id from public.nodes n where n.up = old.id);
`;

/** Queries of these objects, whose answers are identical too. */
export const roundTripQueries = [
  "select * from public.joined",
  "select * from public.joined_naturally",
  "select * from public.joined_once",
  "select public.joined_in_function()",
  "select * from public.depth_first()",
  "select * from public.cycles()",
  "select * from public.of_breadth_first()",
  "select * from public.breadth_once",
  "select * from public.windows, public.grouped",
  "select * from public.nested_from",
  "select p::text, w::text from public.placed p, public.written_as w",
  "select public.added_twice()::text, n.note from public.longest_node n",
  "select typed.split_part('a', 'b', 1), typed.hstore_to_array('a=>1'), operator(typed.%%) 'a=>1'::typed.hstore as by_operator",
  "select attrelid::regclass::text, attname, attnotnull, attstorage, attcompression from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped order by 1, 2",
  "select * from public.named",
  "select c::text, g::text, p::text, whole::text from public.holders, public.of_parts",
  "select entry from pg_db_role_setting join pg_database d on d.oid = setdatabase cross join unnest(setconfig) entry where datname = current_database() and setrole = 0 order by 1",
  "select e::text, l::text, s::text from public.of_events, public.of_logins, public.of_second",
  "select count(*) from pg_depend where deptype = 'e' and classid = 'pg_proc'::regclass",
  "select adrelid::regclass::text, attname, pg_get_expr(adbin, adrelid) from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum order by 1, 2",
  "select attrelid::regclass::text, string_agg(format('%s %s %s', attname, attislocal, attinhcount), ', ' order by attnum) from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind in ('r', 'f') and attnum > 0 and not attisdropped group by 1 order by 1",
  "select conrelid::regclass::text, conname, conislocal, coninhcount, contype = 'c' and connoinherit as no_inherit, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
];

/** Policies whose expressions the server writes differently after it has read them. */
export const rewrittenPolicies = `
create table public.states (state varchar(10), name char(5), n int);
alter table public.states enable row level security;
create policy known on public.states using (state in ('new', 'old')) with check (state not in ('gone', 'lost'));
create policy nested on public.states for select using (exists (select from public.states s where s.state in ('a', 'b') and s.n is distinct from states.n));
create policy other on public.states for insert with check (state = any (array['x', 'y']::varchar[]) or name in ('p', 'q'));
`;

/** Constraints that no longer accept their rows, and one that does. */
export const expiredConstraints = `
create role checked_writer;
grant checked_writer to current_user;
grant usage on schema public to checked_writer;
create table public.offers (id int, ends timestamptz constraint open check (ends > now()));
insert into public.offers values (1, clock_timestamp() + interval '0.2 s'), (2, 'infinity');
create table public.written (by text constraint own check (by = current_user), n int constraint positive check (n > 0));
grant insert on public.written to checked_writer;
set role checked_writer;
insert into public.written values ('checked_writer', 1);
reset role;
create table public.parts (kind text, setting text, constraint ours check (setting = current_setting('my.setting', true))) partition by list (kind);
create table public.part_a partition of public.parts for values in ('a');
create table public.part_b partition of public.parts (constraint ours check (setting = current_setting('my.setting', true))) default;
set my.setting = 'x';
insert into public.parts values ('a', 'x'), ('b', 'x');
create table public.elder (ends timestamptz constraint later check (ends > now()));
create table public.younger (n int) inherits (public.elder);
insert into public.younger values (clock_timestamp() + interval '0.2 s', 1);
create table public.several (id int, ends timestamptz constraint many_a check (ends > now()), also timestamptz constraint many_b check (also > now()), who text constraint many_c check (who = current_user));
insert into public.several (id, ends) values (1, clock_timestamp() + interval '0.2 s');
create domain public.soon as timestamptz constraint near check (value > now());
create domain public.later_on as public.soon;
create table public.nested_domain (at public.later_on);
insert into public.nested_domain values (clock_timestamp() + interval '0.2 s');
create domain public.future as timestamptz constraint ahead check (value > now());
create table public.planned (at public.future, ats public.future[]);
insert into public.planned values (clock_timestamp() + interval '0.2 s', array[clock_timestamp() + interval '0.2 s']::timestamptz[]);
select pg_sleep(0.3);
`;

/** Objects that a backup lists as not covered. */
export const notCoveredObjects = `
create table public.defaulted (n int default 1, t text default now()::text);
create table public.copied as select adrelid, adbin from pg_attrdef;
create table public.only_trees as select adbin from pg_attrdef;
create table public.trees_not_null as select adrelid, adbin from pg_attrdef;
alter table public.trees_not_null alter adbin set not null;
create type public.with_tree as (n int, tree pg_node_tree);
create table public.composites as select 1 as id, row(1, adbin)::public.with_tree as tree, array[row(1, adbin)::public.with_tree] as trees from pg_attrdef limit 1;
create type public.pieces as range (subtype = int, multirange_type_name = public.many_pieces);
comment on type public.many_pieces is 'Many';
create view public.shown as select 1 as one;
comment on rule "_RETURN" on public.shown is 'Its query';
revoke usage on type public.defaulted from public;
create extension hstore;
create table public.z_first (id int primary key);
create table public.a_second (id int references public.z_first);
insert into public.z_first values (1);
insert into public.a_second values (1);
alter extension hstore add table public.z_first;
alter extension hstore add table public.a_second;
update pg_extension set extconfig = array['public.a_second'::regclass::oid, 'public.z_first'::regclass], extcondition = array['', ''] where extname = 'hstore';
`;
