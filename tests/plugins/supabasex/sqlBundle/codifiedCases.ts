/** A name with quotes that is longer than the server stores. */
const oddName = `"${'o""'.repeat(33)}"`;

interface CodifiedChange {
  name: string;
  manual: string;
  file: string;
  path?: string;
  isIn: string;
}

/** A manual change, and the file that states the same afterwards. */
export const codifiedChanges: CodifiedChange[] = [
  {
    name: "row-level security",
    manual: "alter table $s.alerts enable row level security",
    file: "alter table $s.alerts enable row level security;",
    isIn: "select relrowsecurity as ok from pg_class where oid = '$s.alerts'::regclass",
  },
  {
    name: "row-level security, in a new repeatable",
    path: "repeatable/alerts.sql",
    manual: "alter table $s.alerts enable row level security",
    file: "alter table $s.alerts enable row level security;",
    isIn: "select relrowsecurity as ok from pg_class where oid = '$s.alerts'::regclass",
  },
  {
    name: "row-level security on two tables, one of which already had it, by a loop",
    manual: "alter table $s.alerts enable row level security",
    file: `do $$ declare name text; begin
  foreach name in array array['alerts', 'events'] loop
    execute format('alter table $s.%I enable row level security', name);
  end loop;
end $$;`,
    isIn: "select bool_and(relrowsecurity) as ok from pg_class where relnamespace = '$s'::regnamespace and relkind = 'r'",
  },
  {
    name: "a table and its row-level security, with a name that is longer than the server stores and contains quotes",
    manual: `create table $s.${oddName} (id integer); alter table $s.${oddName} enable row level security`,
    file: `create table $s.${oddName} (id integer);\nalter table $s.${oddName} enable row level security;`,
    isIn: `select relrowsecurity as ok from pg_class where oid = '$s.${oddName}'::regclass`,
  },
  {
    name: "a column default",
    manual: "alter table $s.alerts alter column level set default 3",
    file: "alter table $s.alerts alter column level set default 3;",
    isIn: "select count(*) = 1 as ok from pg_attrdef where adrelid = '$s.alerts'::regclass",
  },
  {
    name: "drop index if exists",
    manual: "drop index $s.alerts_level",
    file: "drop index if exists $s.alerts_level;",
    isIn: "select to_regclass('$s.alerts_level') is null as ok",
  },
  {
    name: "drop index without if exists",
    manual: "drop index $s.alerts_level",
    file: "drop index $s.alerts_level;",
    isIn: "select to_regclass('$s.alerts_level') is null as ok",
  },
  {
    name: "set not null",
    manual: "alter table $s.alerts alter column note set not null",
    file: "alter table $s.alerts alter column note set not null;",
    isIn: "select attnotnull as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attname = 'note'",
  },
  {
    name: "a comment",
    manual: "comment on table $s.alerts is 'Alerts.'",
    file: "comment on table $s.alerts is 'Alerts.';",
    isIn: "select obj_description('$s.alerts'::regclass) = 'Alerts.' as ok",
  },
  {
    name: "an owner",
    manual: "alter table $s.alerts owner to service_role",
    file: "alter table $s.alerts owner to service_role;",
    isIn: "select relowner = 'service_role'::regrole as ok from pg_class where oid = '$s.alerts'::regclass",
  },
  {
    name: "a column type",
    manual: "alter table $s.alerts alter column level type bigint",
    file: "alter table $s.alerts alter column level type bigint;",
    isIn: "select atttypid = 'bigint'::regtype as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attname = 'level'",
  },
  {
    name: "a dropped column, if exists",
    manual: "alter table $s.alerts drop column note",
    file: "alter table $s.alerts drop column if exists note;",
    isIn: "select count(*) = 0 as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attname = 'note'",
  },
  {
    name: "a dropped table, if exists",
    manual: "drop table $s.events",
    file: "drop table if exists $s.events;",
    isIn: "select to_regclass('$s.events') is null as ok",
  },
  {
    name: "a grant",
    manual: "grant select on $s.alerts to authenticated",
    file: "grant select on $s.alerts to authenticated;",
    isIn: "select has_table_privilege('authenticated', '$s.alerts', 'select') as ok",
  },
  {
    name: "a grant on all tables of the schema",
    manual: "grant select on $s.alerts to authenticated",
    file: "grant select on all tables in schema $s to authenticated;",
    isIn: "select has_table_privilege('authenticated', '$s.events', 'select') as ok",
  },
  {
    name: "create index if not exists",
    manual: "create index alerts_note on $s.alerts (note)",
    file: "create index if not exists alerts_note on $s.alerts (note);",
    isIn: "select to_regclass('$s.alerts_note') is not null as ok",
  },
  {
    name: "an index that a block creates only if it is missing",
    manual: "create index alerts_note on $s.alerts (note)",
    file: `do $$ begin
  if to_regclass('$s.alerts_note') is null then create index alerts_note on $s.alerts (note); end if;
end $$;`,
    isIn: "select to_regclass('$s.alerts_note') is not null as ok",
  },
  {
    name: "add column if not exists",
    manual: "alter table $s.alerts add column points integer default 0",
    file: "alter table $s.alerts add column if not exists points integer default 0;",
    isIn: "select count(*) = 1 as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attname = 'points'",
  },
  {
    name: "create table if not exists",
    manual: "create table $s.notes (id integer primary key, note text)",
    file: "create table if not exists $s.notes (id integer primary key, note text);",
    isIn: "select to_regclass('$s.notes') is not null as ok",
  },
  {
    name: "a function's cost, in its edited repeatable",
    path: "repeatable/limit.sql",
    manual:
      "create or replace function $s.limit_of(level integer) returns integer language sql immutable cost 7 as $$ select level $$",
    file: "create or replace function $s.limit_of(level integer) returns integer language sql immutable cost 7 as $$ select level $$;",
    isIn: "select procost = 7 as ok from pg_proc where oid = '$s.limit_of(integer)'::regprocedure",
  },
  {
    name: "a constraint",
    manual: "alter table $s.alerts add constraint level_known check (level > 0)",
    file: "alter table $s.alerts add constraint level_known check (level > 0);",
    isIn: "select convalidated as ok from pg_constraint where conname = 'level_known' and conrelid = '$s.alerts'::regclass",
  },
  {
    name: "a constraint with another condition, in a new repeatable",
    path: "repeatable/alerts.sql",
    manual: "alter table $s.alerts add constraint level_known check (level > 7) not valid",
    file: "alter table $s.alerts add constraint level_known check (level > 0);",
    isIn: "select convalidated and pg_get_constraintdef(oid) like '%(level > 0)%' as ok from pg_constraint where conname = 'level_known' and conrelid = '$s.alerts'::regclass",
  },
  {
    name: "a constraint and an index without names",
    manual: "alter table $s.alerts add check (level > 0); create index on $s.alerts (note)",
    file: "alter table $s.alerts add check (level > 0);\ncreate index on $s.alerts (note);",
    isIn: "select count(*) = 1 as ok from pg_constraint where contype = 'c' and conrelid = '$s.alerts'::regclass",
  },
  {
    name: "a table in a publication, together with another one",
    manual: 'alter publication "alerts $s" add table $s.alerts',
    file: 'alter publication "alerts $s" add table $s.alerts, $s.events;',
    isIn: "select count(*) = 2 as ok from pg_publication_tables where pubname = 'alerts $s'",
  },
  {
    name: "a table in a publication, in a new repeatable",
    path: "repeatable/alerts.sql",
    manual: 'alter publication "alerts $s" add table $s.alerts (id)',
    file: 'alter publication "alerts $s" add table $s.alerts;',
    isIn: "select attnames = '{id,level,note}' as ok from pg_publication_tables where pubname = 'alerts $s'",
  },
  {
    name: "one of three columns, with its values",
    manual:
      "insert into $s.alerts values (1, 1); alter table $s.alerts add column b numeric(5, 2) default 2; update $s.alerts set b = 9",
    file: "alter table only $s.alerts add column a text default ',', -- ä\n  add column b numeric(5, 2) default 2, add column c integer[] default array[1, 2];",
    isIn: "select (a, b, c) = (',', 9, array[1, 2]) as ok from $s.alerts",
  },
  {
    name: "a label of an enum, if it does not exist",
    manual: "alter type $s.mood add value 'so so' after 'good'",
    file: "alter type $s.mood add value if not exists 'so so' after 'good';",
    isIn: "select enum_range(null::$s.mood)::text = '{good,\"so so\",bad}' as ok",
  },
  {
    name: "a label of an enum, by a plain statement",
    manual: "alter type $s.mood add value 'so so' before 'bad'",
    file: "alter type $s.mood add value 'so so' after 'good';",
    isIn: "select enum_range(null::$s.mood)::text = '{good,\"so so\",bad}' as ok",
  },
  {
    name: "a table with rows, and its parts",
    manual:
      "create table $s.notes (id integer primary key, note text); insert into $s.notes values (1, 'a'); create policy own on $s.notes using (true)",
    file: "create table $s.notes (id integer primary key, note text);\nalter table $s.notes enable row level security;\ncreate policy own on $s.notes using (note <> '');",
    isIn: "select count(*) = 1 as ok from $s.notes",
  },
  {
    name: "a view and a function that cannot be replaced in place",
    manual:
      "create view $s.levels as select level, note from $s.alerts; create function $s.top() returns bigint language sql as 'select 1::bigint'",
    file: "create view $s.levels as select level from $s.alerts;\ncreate function $s.top() returns integer language sql as 'select 1';",
    isIn: "select prorettype = 'integer'::regtype as ok from pg_proc where oid = '$s.top()'::regprocedure",
  },
  {
    name: "a schema with its table",
    manual: 'create schema "more $s"; create table "more $s".a (id integer)',
    file: 'create schema "more $s";\ncreate table "more $s".a (id integer);',
    isIn: `select to_regclass('"more $s".a') is not null as ok`,
  },
  {
    name: "a policy that a loop creates on two tables",
    manual: "create policy own on $s.alerts using (level > 7)",
    file: `do $$ declare name text; begin
  foreach name in array array['alerts', 'events'] loop
    execute format('create policy own on $s.%I using (true)', name);
  end loop;
end $$;`,
    isIn: "select count(*) = 2 and bool_and(pg_get_expr(polqual, polrelid) = 'true') as ok from pg_policy where polname = 'own' and polrelid in ('$s.alerts'::regclass, '$s.events'::regclass)",
  },
  {
    name: "a view's option",
    manual: "alter view $s.open_alerts set (security_invoker = true)",
    file: "alter view $s.open_alerts set (security_invoker = true);",
    isIn: "select reloptions = '{security_invoker=true}' as ok from pg_class where oid = '$s.open_alerts'::regclass",
  },
];
