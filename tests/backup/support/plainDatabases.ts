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
create function public.keyed_name(id int) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
create materialized view public.keyed_names as select k.id, k.name, count(*) as n from public.keyed k group by k.id;
create table public.named (p regprocedure, f regproc, r regclass);
insert into public.named values ('public.keyed_name(int)', 'public.keyed_name', 'public.keyed_names');
create type public."Kind of" as enum ('a');
create function public.of_several(id int, kind public."Kind of"[], at timestamptz) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
insert into public.named (p) values ('public.of_several(int, public."Kind of"[], timestamptz)');
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
`;

/** Queries of these objects, whose answers are identical too. */
export const roundTripQueries = [
  "select * from public.joined",
  "select * from public.joined_naturally",
  "select * from public.joined_once",
  "select public.joined_in_function()",
  "select attrelid::regclass::text, attname, attnotnull, attstorage, attcompression from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped order by 1, 2",
  "select * from public.named",
  "select c::text, g::text, p::text, whole::text from public.holders, public.of_parts",
  "select entry from pg_db_role_setting join pg_database d on d.oid = setdatabase cross join unnest(setconfig) entry where datname = current_database() and setrole = 0 order by 1",
  "select e::text, l::text, s::text from public.of_events, public.of_logins, public.of_second",
  "select adrelid::regclass::text, attname, pg_get_expr(adbin, adrelid) from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum order by 1, 2",
  "select attrelid::regclass::text, string_agg(format('%s %s %s', attname, attislocal, attinhcount), ', ' order by attnum) from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind in ('r', 'f') and attnum > 0 and not attisdropped group by 1 order by 1",
  "select conrelid::regclass::text, conname, conislocal, coninhcount, connoinherit, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
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
