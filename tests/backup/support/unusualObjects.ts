import type { Client } from "pg";
import {
  createRowsThatDependOnTheirPlace,
  createWhatDependsOnItsOwner,
  createWhatNeedsKeys,
} from "./dependentObjects";

/**
 * Creates objects of every kind that `postgres` may create in a project. Their names, privileges and expressions are those that
 * restores are known to lose or to fail on.
 *
 * @param client `postgres`, on a database that `createShop` has filled
 */
export async function createUnusualObjects(client: Client): Promise<void> {
  await client.query(
    "create extension citext with schema extensions; create extension hstore with schema extensions",
  );
  await client.query("create extension postgres_fdw with schema extensions");
  await client.query(`
    create role "Odd role" nologin noinherit;
    create role closed_owner nologin;
    create role reader nologin;
    grant closed_owner, "Odd role" to postgres;
    revoke temporary on database postgres from public;
    grant create, temporary on database postgres to closed_owner with grant option;
    grant reader to "Odd role" with admin option;
    create role lead_of_managed nologin createrole;
    grant lead_of_managed to postgres;
    set role lead_of_managed;
    create role managed nologin;
    reset role;
    do $$ begin if current_setting('server_version_num')::int >= 160000 then
      execute 'grant reader to lead_of_managed with inherit false, set true';
      execute 'grant app_owner to closed_owner with admin true, inherit false, set false';
      execute 'grant reader to managed with inherit true, set false'; end if; end $$;
    create schema nasty;
    create schema etl;
    grant usage on schema nasty to anon, reader;
    grant usage, create on schema nasty to closed_owner, "Odd role";
    alter default privileges for role closed_owner grant execute on functions to reader;
    alter default privileges for role closed_owner revoke execute on functions from public;
    alter default privileges in schema nasty grant select on tables to reader with grant option;
    create table etl.rows (id int primary key, note text);
    insert into etl.rows select n, 'row ' || n from generate_series(1, 10) n;
    create materialized view etl.counted as select count(*) from etl.rows;
    create role "constructor" nologin;
    grant "constructor" to postgres;
    grant create on schema etl to "constructor";
    alter table etl.rows owner to "constructor";
    create table extensions.own_things (id int generated always as identity primary key, note text);
    insert into extensions.own_things (note) values ('one'), ('two');
    create function extensions.own_helper() returns int language sql immutable as 'select 41';
  `);
  // Types and objects that use them.
  await client.query(`
    create type nasty.pair as (a int, b extensions.citext);
    create domain nasty.positive as int check (value > 0);
    create type nasty.span as range (subtype = float8);
    create type nasty."Color of it" as enum ('red', 'Green''s', 'b"lue');
    alter type nasty."Color of it" add value 'first' before 'red';
    create collation nasty.plain from "C";
    create text search dictionary nasty.words (template = simple);
    create text search configuration nasty.search (copy = english);
    create conversion nasty.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
    create aggregate nasty.total(int) (sfunc = int4pl, stype = int, initcond = '0');
    create function nasty.same(int, int) returns boolean language sql immutable as 'select $1 = $2';
    create operator nasty.=== (leftarg = int, rightarg = int, function = nasty.same);
    create cast (nasty.pair as text) with inout;
  `);
  // Functions with all privileges revoked, and with settings.
  await client.query(`
    create function nasty.admin_only(a int default 1, variadic rest text[] default '{}') returns int language sql security definer
      set search_path = '' as 'select 1';
    revoke all on function nasty.admin_only(int, text[]) from public, anon, authenticated, service_role;
    create function public.closed() returns int language sql as 'select 2';
    revoke all on function public.closed() from public, anon, authenticated, service_role;
    create procedure nasty.work(inout n int) language plpgsql set statement_timeout = '3s' as 'begin n := n + 1; end';
    create function nasty.for_owner() returns int language sql as 'select 3';
    alter function nasty.for_owner() owner to closed_owner;
    create table public.closed_table (id serial primary key, note text);
    revoke all on public.closed_table from anon, authenticated, service_role;
    revoke all on sequence public.closed_table_id_seq from anon, authenticated, service_role;
    insert into public.closed_table (note) values ('a'), ('b'), ('c');
    grant create on schema public to "Odd role";
    alter table public.closed_table owner to "Odd role";
    revoke create on schema public from "Odd role";
    create table nasty.columns_granted (a int, b int, "c c" int);
    grant select (a, "c c"), update (b) on nasty.columns_granted to anon;
    insert into nasty.columns_granted select n, n * 2, n * 3 from generate_series(1, 5) n;
  `);
  // Expressions that need a search path, and a check that reads another table.
  await client.query(`
    set search_path = nasty, public, extensions;
    create function nasty.shout(value citext) returns text language sql immutable as 'select upper(value::text) || own_helper()::text';
    create table nasty.generated (id int primary key, name citext, loud text generated always as (nasty.shout(name)) stored);
    insert into nasty.generated (id, name) select n, 'name ' || n from generate_series(1, 20) n;
    create function nasty.loudly() returns trigger language plpgsql as 'begin return new; end';
    create trigger on_change before update on nasty.generated for each row when (old.name is distinct from new.name) execute function nasty.loudly();
    create table nasty.zz_limits (kind text primary key, most int not null);
    insert into nasty.zz_limits values ('a', 10), ('b', 20);
    create function nasty.is_within(kind text, value int) returns boolean language sql stable
      as 'select exists (select from zz_limits l where l.kind = $1 and $2 <= l.most)';
    create table nasty.aa_limited (kind text, value int, constraint within check (nasty.is_within(kind, value)));
    comment on constraint within on nasty.aa_limited is 'Reads another table';
    insert into nasty.aa_limited values ('a', 9), ('b', 20);
    create function nasty.most_of(kind text) returns int language sql immutable as 'select l.most from zz_limits l where l.kind = $1';
    create table nasty.aa_generated (id int generated always as identity, kind text, most int generated always as (nasty.most_of(kind)) stored);
    insert into nasty.aa_generated (kind) select case when n % 2 = 0 then 'a' else 'b' end from generate_series(1, 50) n;
    create domain nasty.known_kind as text check (nasty.is_within(value, 1));
    create table nasty.kinds (kind nasty.known_kind);
    insert into nasty.kinds values ('a'), ('b');
    reset search_path;
  `);
  // Partitions with sequences, inheritance, identity, rules, views upon views.
  await client.query(`
    create table nasty.parts (id bigint generated by default as identity, at date not null, kind text default 'x', primary key (id, at)) partition by range (at);
    create table nasty.parts_old partition of nasty.parts for values from ('2020-01-01') to ('2025-01-01');
    create table nasty.parts_new partition of nasty.parts default;
    create index on nasty.parts (kind);
    insert into nasty.parts (at) select '2024-12-01'::date + n from generate_series(1, 60) n;
    create table nasty.serial_parts (id serial, region text) partition by list (region);
    create table nasty.serial_parts_eu partition of nasty.serial_parts for values in ('eu');
    insert into nasty.serial_parts (region) select 'eu' from generate_series(1, 7);
    create table nasty.parent (id int primary key, note text);
    create table nasty.child (extra int) inherits (nasty.parent);
    insert into nasty.parent values (1, 'p'); insert into nasty.child values (2, 'c', 3);
    create sequence nasty.counter as smallint increment by -2 minvalue -1000 maxvalue 500 start 500 cycle owned by nasty.parent.id;
    select nextval('nasty.counter'), nextval('nasty.counter');
    create unlogged table nasty.unlogged (id int);
    insert into nasty.unlogged values (7);
    create view nasty.invoker with (security_invoker = true) as select * from nasty.parent;
    create view nasty.barrier with (security_barrier = true) as select * from nasty.invoker where id > 0 with local check option;
    create rule keep as on delete to nasty.parent do instead nothing;
    create materialized view nasty.z_first as select count(*) as n from nasty.parent;
    create materialized view nasty.a_later as select n + 1 as n from nasty.z_first;
    create unique index on nasty.a_later (n);
    create materialized view nasty.never_filled as select 1 as n with no data;
    create statistics nasty.together on id, note from nasty.parent;
    create table nasty.no_columns ();
    insert into nasty.no_columns default values; insert into nasty.no_columns default values;
    create table nasty.bytes (id int, data bytea, words text[], doc jsonb, h extensions.hstore, s nasty.span, c nasty."Color of it", p nasty.pair, t tsvector);
    insert into nasty.bytes values
      (1, '\\x00ff5c0a', array['a"b', null, E'tab\\tand\\\\.'], '{"a": [1, null]}', 'k=>v', '[1,2)', 'first', row(1, 'X'), 'a b'),
      (2, null, '{}', null, null, 'empty', 'Green''s', null, null);
    create table nasty.excluded (during tstzrange, exclude using gist (during with &&));
    insert into nasty.excluded values ('[2026-01-01,2026-02-01)');
    create table nasty.self (id int primary key, up int references nasty.self deferrable initially deferred);
    insert into nasty.self values (1, 2), (2, 1);
  `);
  await client.query("alter table nasty.self add constraint not_checked check (id < 2) not valid");
  // Row-level security in all its states.
  await client.query(`
    create table nasty.rls_off (id int);
    create table nasty.rls_on (id int, owner text default current_user);
    create table nasty.rls_forced_off (id int);
    alter table nasty.rls_on enable row level security;
    alter table nasty.rls_forced_off force row level security;
    create policy "read it" on nasty.rls_on for select to anon, reader using (owner = current_user);
    create policy restricted on nasty.rls_on as restrictive for insert to public with check (id > 0);
    create policy disabled on nasty.rls_off using (false);
    create policy "named backwards" on nasty.rls_on for update to reader, service_role, authenticated, anon using (id > 1);
    alter default privileges for role "Odd role" grant select on tables to reader;
    alter default privileges for role service_role in schema nasty grant execute on functions to reader;
    alter table nasty.rls_on owner to closed_owner;
    insert into nasty.rls_on select n from generate_series(1, 4) n;
  `);
  // Objects without a schema, and privileges on the platform's objects.
  await client.query(`
    create publication own_changes for table nasty.parent, nasty.parts with (publish = 'insert', publish_via_partition_root = true);
    create publication own_schemas for tables in schema etl with (publish = 'update');
    create server elsewhere foreign data wrapper postgres_fdw options (host 'example.test', dbname 'x');
    grant usage on foreign server elsewhere to reader;
    create user mapping for postgres server elsewhere;
    create foreign table nasty.remote (id int, note text) server elsewhere options (table_name 'r');
    create function nasty.watch() returns event_trigger language plpgsql as 'begin end';
    create event trigger own_watch on ddl_command_end when tag in ('COMMENT') execute function nasty.watch();
    alter event trigger own_watch disable;
    alter table nasty.generated enable always trigger on_change;
    grant usage on schema storage to reader;
    grant select on storage.buckets to reader;
    grant select (name), update (public) on storage.buckets to closed_owner;
    create foreign data wrapper own_wrapper options (a 'b''%');
    create server of_own_wrapper foreign data wrapper own_wrapper;
    comment on role reader is 'May read, for $$';
    alter role reader valid until '2031-01-01 00:00:00+00' connection limit 3;
    grant usage on schema cron to closed_owner;
    set role closed_owner; select cron.schedule('of another', '4 4 * * *', 'select 4'); reset role;
    select cron.alter_job(cron.schedule('resting', '5 5 * * *', 'select ''5'''), active := false);
    select lo_from_bytea(0, '\\x00010203'), lo_from_bytea(77777, convert_to(repeat('large object ', 5000), 'UTF8'));
    grant select on large object 77777 to reader; do $$ declare o oid; begin
      for o in select oid from pg_largeobject_metadata loop execute format('grant select on large object %s to backup', o); end loop; end $$;
    comment on column nasty.parent.note is E'A note\\n-- with a line; and ''quotes''';
    comment on function nasty.admin_only(int, text[]) is '--
-- TOC entry 1 (class 1 OID 1)
-- Name: spoof; Type: TABLE; Schema: nasty; Owner: postgres
--
';
    alter role reader set search_path = nasty, public;
    alter role reader set work_mem = '5MB';
    create function nasty."f;\n-- Name: x; Type: TABLE" () returns int language sql as 'select 1';
  `);
  // Of an owner that postgres is no longer a member of, with default privileges that revoke.
  await client.query(`
    create role estranged nologin;
    grant estranged to postgres;
    grant create on database postgres to estranged;
    set role estranged;
    create schema far;
    create table far.things (id serial primary key, note text);
    insert into far.things (note) values ('a'), ('b');
    create sequence far.lonely increment by -3 minvalue -30 maxvalue 30 start 30 cycle;
    select nextval('far.lonely');
    create function far.secret() returns int language sql as 'select 1';
    revoke execute on function far.secret() from public;
    create materialized view far.counted as select count(*) as n from far.things;
    alter default privileges in schema far grant select on tables to anon;
    alter default privileges revoke execute on functions from public;
    reset role;
    revoke create on database postgres from estranged;
    alter default privileges for role estranged grant usage on types to reader;
    revoke estranged from postgres`);
  // Texts that look like the archive's own headings, and like the files' own statements.
  const spoofed = (id: number): string =>
    `\n--\n-- TOC entry ${id} (class 1 OID 1)\n-- Name: spoof; Type: TABLE; Schema: nasty; Owner: postgres\n--\n\ncreate table public.injected ();\n--`;
  const literal = (text: string): string => client.escapeLiteral(text);
  await client.query(`
    comment on table nasty.parent is ${literal(spoofed(1))};
    comment on table nasty.child is ${literal(spoofed(3))};
    create function nasty.spoof() returns text language sql as ${literal(`select $$${spoofed(4)}$$`)};
    create materialized view nasty."m;\nrefresh materialized view n" as select 1 as n;
    select cron.schedule('spoof', '6 6 * * *', ${literal("select 1;\nreset role;\nset role postgres;\ncreate table public.injected ();\nreset role;\nselect 2")});
    comment on large object 77777 is ${literal('one;\n-- two\nSET three;\r\nend of "it"')};
    comment on database postgres is 'Ours';
    alter database postgres connection limit 77;
    alter database postgres set lock_timeout = '33s'`);
  await createRowsThatDependOnTheirPlace(client);
  await createWhatNeedsKeys(client);
  await createWhatDependsOnItsOwner(client);
  await client.query(
    `create table nasty.wide (${Array.from({ length: 400 }, (_, n) => `"column ${n}" int default ${n}`).join(", ")})`,
  );
  await client.query("insert into nasty.wide default values");
  // As in a project from before 2026-05-30: the privileges above were revoked manually.
  await client.query("alter default privileges in schema public grant all on tables to anon, authenticated");
  for (let n = 0; n < 60; n += 1) {
    await client.query(
      `create table nasty."many ${n}" (id int primary key, up int${n === 0 ? "" : ` references nasty."many ${n - 1}"`}, note text);
       create index on nasty."many ${n}" (note); insert into nasty."many ${n}" values (1, ${n === 0 ? "null" : "1"}, 'note ${n}')`,
    );
  }
  await createEventTriggers(client);
}

/**
 * Creates an event trigger that logs schema changes, like this repository's, and one that refuses some: neither may act on those
 * of a restore.
 */
async function createEventTriggers(client: Client): Promise<void> {
  await client.query(`
    create table nasty.history (id serial primary key, tag text, at timestamptz default now());
    create function nasty.note_change() returns event_trigger language plpgsql security definer set search_path = ''
      as 'begin insert into nasty.history (tag) values (tg_tag); exception when undefined_table then null; end';
    create function nasty.refuse() returns event_trigger language plpgsql set search_path = '' as 'begin raise exception ''not here''; end';
    create event trigger own_history on ddl_command_end execute function nasty.note_change();
    create event trigger own_history_of_drops on sql_drop execute function nasty.note_change();
    comment on event trigger own_history is 'Logs';
    create event trigger own_refusal on ddl_command_start when tag in ('DROP SCHEMA', 'COMMENT') execute function nasty.refuse();
    alter event trigger own_refusal enable always;
    create table nasty.seen_by_history ()`);
}
