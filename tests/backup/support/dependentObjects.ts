import type { Client } from "pg";

// What depends on its place, its owner or a key, in the schema `nasty` of `createUnusualObjects`.

/**
 * Creates rows of partitions by hash and by function, an index that no session of version 17 can recreate, grants by grantees,
 * storage settings.
 */
export async function createRowsThatDependOnTheirPlace(client: Client): Promise<void> {
  await client.query(`
    create table nasty.by_hash (id int, kind nasty."Color of it") partition by hash (kind);
    create table nasty.by_region (region text, kinds nasty."Color of it"[]) partition by list (region);
    create table nasty.by_region_eu partition of nasty.by_region for values in ('eu') partition by hash (kinds);
    do $$ begin for n in 0..3 loop
      execute format('create table nasty.by_hash_%s partition of nasty.by_hash for values with (modulus 4, remainder %s)', n, n);
      execute format('create table nasty.by_region_eu_%s partition of nasty.by_region_eu for values with (modulus 4, remainder %s)', n, n);
    end loop; end $$;
    insert into nasty.by_hash select n, kind from generate_series(1, 5) n, unnest(enum_range(null::nasty."Color of it")) kind;
    insert into nasty.by_region select 'eu', array[a, b] from unnest(enum_range(null::nasty."Color of it")) a, unnest(enum_range(null::nasty."Color of it")) b;
    set search_path = nasty, public, extensions;
    create function nasty.tag_of(name text) returns text language plpgsql immutable as 'begin return own_helper()::text || name; end';
    create table nasty.by_function (name text) partition by range (nasty.tag_of(name));
    create table nasty.by_function_first partition of nasty.by_function for values from ('41a') to ('41m');
    create table nasty.by_function_rest partition of nasty.by_function default;
    insert into nasty.by_function values ('anna'), ('zoe');
    create table nasty.tagged (name text);
    create index tagged_by on nasty.tagged (nasty.tag_of(name));
    comment on index nasty.tagged_by is 'Made while the table was empty';
    insert into nasty.tagged values ('a'), ('b');
    reset search_path;
    create unlogged sequence nasty.unlogged_counter start 7;
    select nextval('nasty.unlogged_counter');
    create sequence nasty.cycled minvalue 5 maxvalue 9 cycle;
    select nextval('nasty.cycled') from generate_series(1, 7);
    alter sequence nasty.cycled increment by -1 minvalue -3;
    create sequence nasty.restarted; select nextval('nasty.restarted'); alter sequence nasty.restarted restart 44;
    grant usage on type nasty.pair to closed_owner with grant option;
    grant usage on sequence nasty.cycled to closed_owner with grant option;
    grant execute on function nasty.tag_of(text) to closed_owner with grant option;
    grant usage on schema nasty to closed_owner with grant option;
    set role closed_owner;
    grant usage on type nasty.pair to anon; grant usage on sequence nasty.cycled to reader;
    reset role;
    -- By a role that owns nothing.
    create role go_between nologin; grant go_between to postgres; grant usage on schema nasty to go_between;
    grant select, update (note) on nasty.parent to go_between with grant option; grant usage on type nasty.span to go_between with grant option;
    set role go_between;
    grant select, update (note) on nasty.parent to reader; grant usage on type nasty.span to reader;
    reset role;
    -- All privileges, of which newer versions have more.
    grant all on nasty.by_region to go_between with grant option; set role go_between; grant all on nasty.by_region to reader;
    reset role; revoke go_between from postgres; set role closed_owner;
    grant execute on function nasty.tag_of(text) to reader; grant usage on schema nasty to authenticated;
    reset role;
    alter table nasty.parent alter note set statistics 500, alter note set storage external, alter note set (n_distinct = -0.5);
    alter table nasty.parent set (fillfactor = 50, toast.autovacuum_enabled = false), cluster on parent_pkey, replica identity full`);
}

/**
 * Creates objects that depend on their owner: functions of a range, rows that policies show, references of an owner without
 * privileges; and a value that names an index.
 */
export async function createWhatDependsOnItsOwner(client: Client): Promise<void> {
  await client.query(`
    create table nasty.shown (id int); alter table nasty.shown enable row level security;
    create policy few on nasty.shown for select to closed_owner using (id > 2);
    insert into nasty.shown select generate_series(1, 5); grant select on nasty.shown to closed_owner;
    set role closed_owner;
    create type nasty.of_owner as range (subtype = int, multirange_type_name = nasty.many_of_owner);
    create materialized view nasty.shown_to_owner as select id from nasty.shown;
    create table nasty.unusable (id int primary key, up int references nasty.unusable);
    insert into nasty.unusable values (1, 1);
    revoke all on nasty.unusable from closed_owner;
    reset role;
    create table nasty.names (named regclass);
    insert into nasty.names values ('nasty.tagged_by'), ('nasty.keyed_pkey'), ('nasty.shown')`);
}

/** Creates objects that group by a primary key. They need that key, so `pg_dump` creates them after the rows, or twice. */
export async function createWhatNeedsKeys(client: Client): Promise<void> {
  await client.query(`
    create table nasty.keyed (id int primary key, name text);
    insert into nasty.keyed values (1, 'a'), (2, 'b');
    create materialized view nasty.keyed_counts as select k.id, k.name, count(*) as n from nasty.keyed k join nasty.keyed o on o.id >= k.id group by k.id;
    create unique index keyed_counts_id on nasty.keyed_counts (id);
    comment on materialized view nasty.keyed_counts is 'Needs the key';
    grant select on nasty.keyed_counts to reader;
    create materialized view nasty.keyed_sums as select sum(n) as n from nasty.keyed_counts;
    create view nasty.keyed_view with (security_invoker = true) as select k.id, k.name, count(*) as n from nasty.keyed k group by k.id;
    grant select on nasty.keyed_view to anon;
    create function nasty.keyed_name(id int) returns text language sql stable
      begin atomic select k.name || count(*) from nasty.keyed k where k.id = $1 group by k.id; end;
    revoke all on function nasty.keyed_name(int) from public; grant execute on function nasty.keyed_name(int) to reader;
    create view nasty.keyed_names as select nasty.keyed_name(id) from nasty.keyed;
    create publication everything for all tables with (publish = 'insert')`);
}
