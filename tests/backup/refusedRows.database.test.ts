import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { failureOf } from "./support/commands";
import { PlainServer } from "./support/plainServer";
import { takePortrait } from "./support/portrait";

// Rows that the target refuses at first, and values that depend on the settings of a session.

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

/** Functions that fail until the rows of `z_codes` are there, the last table of its object. */
const readOtherTables = `
create table public.z_codes (code text);
insert into public.z_codes values ('a'), ('b');
create function public.place_of(code text) returns bigint language plpgsql immutable as 'declare found bigint; begin select count(*) into strict found from public.z_codes z where z.code = $1; if found = 0 then raise ''no code %'', $1; end if; return found; end';
create domain public.known_code as text check (public.place_of(value) > 0);
create table public.a_lists (codes public.known_code[]);
insert into public.a_lists values ('{a,b}'), ('{b}');
create type public.with_code as (code public.known_code);
create table public.a_composites (c public.with_code);
insert into public.a_composites values (row('a'));
create table public.a_generated (code text, place bigint generated always as (public.place_of(code)) stored);
insert into public.a_generated values ('a'), ('b');
create table public.a_parted (code text) partition by list (public.place_of(code));
create table public.a_parted_1 partition of public.a_parted for values in (1);
insert into public.a_parted values ('b');
create table public.a_checked (code text check (public.place_of(code) > 0));
insert into public.a_checked values ('a');
`;

describe("rows that a function refuses while another table is empty", () => {
  it("are loaded after that table, as arrays of domains, composite values, generated columns and partition keys", async () => {
    const backup = await server.backUp("reads_source", readOtherTables);

    await server.restoreInto("reads_target", backup);

    expect(await takePortrait(server.urlOf("reads_target"))).toEqual(
      await takePortrait(server.urlOf("reads_source")),
    );
  });
});

describe("a chain of tables, each of which needs the rows of the next one", () => {
  it("is loaded one after the other, also if a function raises the code of a foreign key", async () => {
    const backup = await server.backUp(
      "chain_source",
      `
create table public.z_last (code text);
insert into public.z_last values ('a');
create function public.needs(other text, code text) returns boolean language plpgsql immutable as 'declare found boolean; begin execute format(''select exists (select from public.%I z where z.code = $1)'', other) into found using code; if not found then raise foreign_key_violation; end if; return found; end';
create table public.c_third (code text, ok boolean generated always as (public.needs('z_last', code)) stored);
insert into public.c_third values ('a');
create table public.b_second (code text, ok boolean generated always as (public.needs('c_third', code)) stored);
insert into public.b_second values ('a');
create table public.a_first (code text, ok boolean generated always as (public.needs('b_second', code)) stored);
insert into public.a_first values ('a');
`,
    );

    await server.restoreInto("chain_target", backup);

    expect(await takePortrait(server.urlOf("chain_target"))).toEqual(
      await takePortrait(server.urlOf("chain_source")),
    );
  });
});

describe("a constraint that fails itself", () => {
  it("in two objects at once is released once for both", async () => {
    const backup = await server.backUp(
      "two_source",
      `
set app.tenant = 'seven';
create domain public.own as text constraint set check (value = current_setting('app.tenant'));
create table public.first (t public.own, filler text);
insert into public.first select 'seven', repeat(md5(n::text), 30) from generate_series(1, 40000) n;
create table public.second (t public.own, filler text);
insert into public.second select 'seven', repeat(md5(n::text), 30) from generate_series(1, 40000) n;
`,
    );
    // The prerequisite: each is in an object of its own.
    expect(new Set(backup.manifest.tables.map(({ archive }) => archive)).size).toBe(2);
    await server.admin.query("create database two_target");
    const context = backup.into("two_target");

    const { message } = await failureOf(restore({ run: backup.run }, context));

    expect(message).toMatch(/^Everything was restored except CHECK CONSTRAINT public\.own set: /);
    const count = "select (select count(*) from public.first) + (select count(*) from public.second) as n";
    expect(await server.answers("two_target", [count])).toEqual(['[{"n":"80000"}]']);
  });

  it("is added after the rows, and reported if it fails then; everything else is restored", async () => {
    const backup = await server.backUp(
      "failing_source",
      `
set app.tenant = 'seven';
create table public.of_tenant (tenant text constraint own check (tenant = current_setting('app.tenant')), n int constraint positive check (n > 0));
insert into public.of_tenant values ('seven', 1);
create table public.divided (n int, constraint quotient check (n / coalesce(length(current_setting('app.tenant', true)), 0) = 0));
insert into public.divided values (1);
create domain public.of_setting as text constraint set check (value = current_setting('app.tenant'));
create table public.by_domain (t public.of_setting);
insert into public.by_domain values ('seven');
create table public.other (n int);
insert into public.other values (1), (2);
`,
    );
    await server.admin.query("create database failing_target");
    const context = backup.into("failing_target");

    const { message, exitCode } = await failureOf(restore({ run: backup.run }, context));

    expect([exitCode, message]).toEqual([
      10,
      expect.stringMatching(/^Everything was restored except CHECK CONSTRAINT /),
    ]);
    const printed = context.printed.join("\n");
    for (const statement of [
      'alter table public.of_tenant validate constraint "own";',
      'alter table public.divided validate constraint "quotient";',
      'alter domain public.of_setting validate constraint "set";',
    ])
      expect(printed).toContain(statement);
    // The control: a constraint that accepts its rows is restored as it was.
    expect(printed).not.toContain("positive");
    const before = await takePortrait(server.urlOf("failing_source"));
    expect((await takePortrait(server.urlOf("failing_target"))).rows).toEqual(before.rows);
    // The printed SQL succeeds when its prerequisites exist.
    await server.withClient("failing_target", async (client) => {
      await client.query(`set app.tenant = 'seven'; ${printed}`);
    });
    const invalid = "select conname from pg_constraint where not convalidated";
    expect(await server.answers("failing_target", [invalid])).toEqual(["[]"]);
  });
});

describe("settings of the database", () => {
  const script = `
do $$ declare setting text; begin foreach setting in array array['timezone = ''Asia/Tokyo''', 'default_text_search_config = ''pg_catalog.german''', '"app.tenant" = ''seven''', 'xmlbinary = hex'] loop execute format('alter database %I set %s', current_database(), setting); end loop; end $$;
set timezone = 'Asia/Tokyo';
set default_text_search_config = 'pg_catalog.german';
set app.tenant = 'seven';
set xmlbinary = hex;
create table public.days (at timestamptz, d date, tenant text, constraint own check (at::date = d and tenant = current_setting('app.tenant')));
insert into public.days values ('2026-01-01 01:00+09', '2026-01-01', 'seven');
create materialized view public.as_set as select at::date as d, to_tsvector('die Katzen') as words, current_setting('app.tenant', true) as tenant, xmlelement(name a, '\\xff'::bytea)::text as x from public.days;
`;
  const query =
    "select d::text, words::text, tenant, x from public.as_set union all select 'valid', null, null, convalidated::text from pg_constraint where conname = 'own'";

  it("apply to materialized views and constraints as they do to rows", async () => {
    const backup = await server.backUp("set_source", script);

    await server.restoreInto("set_target", backup);

    const before = await server.answers("set_source", [query]);
    expect(before.join()).toContain("2026-01-01");
    expect(await server.answers("set_target", [query])).toEqual(before);
  });

  it("that name objects of the application apply to generated columns and materialized views", async () => {
    const backup = await server.backUp(
      "named_source",
      `
create text search configuration public.german_own (copy = pg_catalog.german);
do $$ begin execute format('alter database %I set default_text_search_config = ''public.german_own''', current_database()); end $$;
set default_text_search_config = 'public.german_own';
create function public.words_of(note text) returns tsvector language sql immutable as 'select to_tsvector(note)';
create table public.notes (note text, words tsvector generated always as (public.words_of(note)) stored);
insert into public.notes values ('die Katzen');
create materialized view public.found as select to_tsvector(note) as words from public.notes;
`,
    );
    const words = "select words::text from public.notes union all select words::text from public.found";

    await server.restoreInto("named_target", backup);

    const before = await server.answers("named_source", [words]);
    expect(before).toEqual([JSON.stringify([{ words: "'katz':2" }, { words: "'katz':2" }])]);
    expect(await server.answers("named_target", [words])).toEqual(before);
  });
});

describe("settings of the role that restores", () => {
  const hostile = [
    "exit_on_error = on",
    "gin_fuzzy_search_limit = 1",
    "default_transaction_deferrable = on",
    "restrict_nonsystem_relation_kind = 'view, foreign-table'",
    "createrole_self_grant = 'set, inherit'",
    "search_path = public, pg_catalog",
    "transform_null_equals = on",
  ];

  it("neither end it at the first refused statement, nor hide rows and views", async () => {
    const backup = await server.backUp(
      "hostile_source",
      `
create table public.words (n int, t tsvector);
insert into public.words select n, to_tsvector('simple', 'word') from generate_series(1, 3000) n;
create index on public.words using gin (t);
create view public.found as select count(*) as found from public.words where t @@ 'word'::tsquery;
create materialized view public.counted as select found from public.found;
create table public.expired (at timestamptz constraint ahead check (at > now()));
insert into public.expired values (clock_timestamp() + interval '0.1 s');
select pg_sleep(0.2);
`,
    );
    const { rows: known } = await server.admin.query<{ name: string }>("select name from pg_settings");
    const names = new Set(known.map(({ name }) => name));
    await server.admin.query("create database hostile_target");
    // Older versions lack some.
    for (const setting of hostile.filter((one) => names.has(one.split(" ")[0] ?? "")))
      await server.admin.query(`alter role supabase_admin set ${setting}`);
    const context = backup.into("hostile_target");
    try {
      const { message } = await failureOf(restore({ run: backup.run }, context));
      expect(message).toBe(
        "Everything was restored except CHECK CONSTRAINT public.expired ahead: run the SQL above when its prerequisites exist.",
      );
    } finally {
      await server.admin.query("alter role supabase_admin reset all");
    }
    const { rows } = await takePortrait(server.urlOf("hostile_source"));
    expect((await takePortrait(server.urlOf("hostile_target"))).rows).toEqual(rows);
  });

  it("are ignored if they set another role, by a backup and by a restore", async () => {
    const script = `
create function public.owned() returns int language sql as 'select 1';
create table public.owned (n int);
insert into public.owned values (1);
grant select on public.owned to pg_monitor with grant option;
create materialized view public.counted as select count(*) from public.owned;
set role pg_monitor;
grant select on public.owned to pg_read_all_stats;
`;
    await server.admin.query("create database roles_source");
    await server.withClient("roles_source", async (client) => void (await client.query(script)));
    await server.admin.query("alter role supabase_admin set role = 'pg_signal_backend'");
    try {
      await server.restoreInto("roles_target", await server.backUpAgain("roles_source"));
    } finally {
      await server.admin.query("alter role supabase_admin reset role");
    }
    expect(await takePortrait(server.urlOf("roles_target"))).toEqual(
      await takePortrait(server.urlOf("roles_source")),
    );
  });
});
