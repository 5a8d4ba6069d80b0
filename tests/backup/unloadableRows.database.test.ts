import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { failureOf } from "./support/commands";
import { type PlainBackup, PlainServer } from "./support/plainServer";
import { takePortrait } from "./support/portrait";

// Rows that the target cannot load, whatever is created or removed before. All others are loaded.

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

/** Restores a backup into a new database, and returns what it printed. */
async function restorePartly(
  name: string,
  backup: PlainBackup,
): Promise<{ message: string; printed: string }> {
  await server.admin.query(`create database ${name}`);
  const context = backup.into(name);
  const { message, exitCode } = await failureOf(restore({ run: backup.run }, context));
  expect(exitCode).toBe(10);
  return { message, printed: context.printed.join("\n") };
}

const namingObjects = `
create function public.two(int) returns int language sql as 'select 1';
create function public.two(text) returns int language sql as 'select 1';
create operator public.&&& (leftarg = int, rightarg = int, function = int4pl);
create operator public.&&& (leftarg = text, rightarg = text, function = textcat);
create role gone_later superuser;
create table public.kept (n int primary key, at date);
create index indexed on public.kept (at);
create table public.ambiguous (n int, p regproc, named regclass);
insert into public.ambiguous select n, case n when 2000 then 'public.two(int)'::regprocedure::oid else 'pg_backend_pid'::regproc end from generate_series(1, 30000) n;
-- After the refused row, so the index is not there when the rows are divided.
insert into public.ambiguous values (30001, null, 'public.indexed');
create table public.operators (n int, o regoper[]);
insert into public.operators select 1, array[oid] from pg_operator where oprname = '&&&';
insert into public.operators values (2, '{0}');
create domain public.owner as regrole;
create table public.owned (n int, r public.owner);
insert into public.owned values (1, 'gone_later'), (2, 'pg_monitor'), (3, 'gone_later');
create type public.with_role as (n int, r regrole);
create table public.composite (c public.with_role);
insert into public.composite values ((1, 'gone_later')), ((2, 'pg_monitor'));
create table public.precise (p regprocedure, o regoperator, t regtype, c regcollation);
insert into public.precise values ('public.two(int)', 'public.&&&(text,text)', 'public.with_role[]', '"C"');
create materialized view public.grouped as select n, at from public.kept group by n;
create table public.of_view (t regtype, n int references public.kept);
insert into public.of_view values ('public.grouped', null);
`;

describe("values that name an object which is missing or ambiguous", () => {
  it("are listed by the backup; a restore leaves out their rows alone, and names table, column and value", async () => {
    const backup = await server.backUp("names_source", namingObjects);
    await server.admin.query("drop role gone_later");

    const { message, printed } = await restorePartly("names_target", backup);

    expect(message).toBe(
      "Everything was restored except 1 row of public.ambiguous, 1 row of public.composite, 2 rows of public.operators, 2 rows of public.owned: create what the rows above need, then load them from the named file.",
    );
    const { archive } = backup.manifest.tables.find(({ table }) => table === "owned") ?? {};
    for (const line of [
      'of public.ambiguous: column p: more than one function named "public.two"',
      'of public.composite: column c: role "gone_later" does not exist',
      "of public.operators: column o: more than one operator named public.&&&",
      `-- 2 rows of public.owned: column r: role "gone_later" does not exist (in ${archive})`,
    ])
      expect(printed).toContain(line);
    const listed = backup.manifest.notCovered
      .map(({ what }) => what)
      .filter((what) => what.startsWith("rows of public"));
    expect(listed).toEqual([
      "rows of public.ambiguous that name public.two in column p",
      "rows of public.operators that name public.&&& in column o",
      "rows of public.owned that name gone_later in column r",
    ]);
    const rows = [
      "select count(*)::int as n, sum(n)::int as sum from public.ambiguous",
      "select n from public.operators",
      "select * from public.owned",
      "select (c).n from public.composite",
    ];
    expect(await server.answers("names_target", rows)).toEqual([
      `[{"n":30000,"sum":${(30001 * 30002) / 2 - 2000}}]`,
      '[{"n":2}]',
      '[{"n":2,"r":"pg_monitor"}]',
      '[{"n":2}]',
    ]);
    // The control: everything that names one existing object.
    const precise = [
      "select p::text, o::text, t::text, c::text from public.precise",
      "select t::text from public.of_view",
    ];
    expect(await server.answers("names_target", precise)).toEqual(
      await server.answers("names_source", precise),
    );
    const [before, after] = [
      await takePortrait(server.urlOf("names_source")),
      await takePortrait(server.urlOf("names_target")),
    ];
    expect(after.schema).toEqual(before.schema);
  });
});

describe("defaults and checks that name an object whose name is ambiguous", () => {
  it("are printed with their SQL, and the rows of their table are loaded", async () => {
    const backup = await server.backUp(
      "defaults_source",
      `
create function public.one(int) returns int language sql as 'select 1';
create table public.defaults (n int generated always as identity, "p q" regproc default 'public.one' not null, t text default 'x::regproc, (' check (t <> ''), constraint named check ("p q" <> 'public.one'::regproc or n > 0));
insert into public.defaults default values;
create function public.one(text) returns int language sql as 'select 1';
insert into public.defaults ("p q") values ('pg_backend_pid');
create table public.heirs (a int) inherits (public.defaults);
insert into public.heirs (n, "p q", a) values (3, 'pg_backend_pid', 1);
create view public.reads as select n, t from public.defaults;
`,
    );

    const { message, printed } = await restorePartly("defaults_target", backup);

    expect(message).toMatch(
      /^Everything was restored except DEFAULT public\.defaults "p q", CHECK CONSTRAINT public\.defaults named, /,
    );
    expect(printed).toContain(
      `ALTER TABLE ONLY public.defaults ALTER COLUMN "p q" SET DEFAULT 'public.one'::regproc;`,
    );
    const rows = ["select * from public.reads order by n", "select a from public.heirs"];
    expect(await server.answers("defaults_target", rows)).toEqual([
      '[{"n":2,"t":"x::regproc, ("},{"n":3,"t":"x::regproc, ("}]',
      '[{"a":1}]',
    ]);
    // The printed SQL succeeds when the name is no longer ambiguous.
    const source = await takePortrait(server.urlOf("defaults_source"));
    await server.withClient("defaults_target", async (client) => {
      const { rows: definitions } = await client.query<{ definition: string }>(
        "select pg_get_functiondef('public.one(text)'::regprocedure) as definition",
      );
      await client.query(`drop function public.one(text); ${printed}\n; ${definitions[0]?.definition}`);
    });
    expect((await takePortrait(server.urlOf("defaults_target"))).schema).toEqual(source.schema);
  });
});

describe("rows that a function refuses", () => {
  it("are left out alone, and rows that wait for them are loaded", async () => {
    const backup = await server.backUp(
      "function_source",
      `
create function public.half(n int) returns int language plpgsql immutable as 'begin if current_setting(''app.works'', true) is null and n % 5 = 0 then raise ''% is refused'', n % 25; end if; return n / 2; end';
create table public.halves (n int, half int generated always as (public.half(n)) stored, filler text);
set app.works = 'yes';
insert into public.halves (n, filler) select n, repeat('x', 2000) from generate_series(1, 100) n;
create function public.known(n int) returns boolean language sql immutable as 'select exists (select from public.halves h where h.n = known.n)';
create table public.a_waits (n int check (public.known(n)));
insert into public.a_waits values (1), (2);
`,
    );

    const { printed } = await restorePartly("function_target", backup);

    expect(printed.match(/^-- .* of public\.halves: .*/gm)?.sort()).toEqual(
      ["0", "10", "15", "20", "5"].map((n) =>
        expect.stringContaining(`-- 4 rows of public.halves: ${n} is refused (in `),
      ),
    );
    const sums = [
      "select count(*)::int as n, sum(half)::int as half from public.halves",
      "select n from public.a_waits",
    ];
    const expected = Array.from({ length: 100 }, (_, n) => n + 1).filter((n) => n % 5 !== 0);
    const half = expected.reduce((sum, n) => sum + Math.floor(n / 2), 0);
    expect(await server.answers("function_target", sums)).toEqual([
      `[{"n":80,"half":${half}}]`,
      '[{"n":1},{"n":2}]',
    ]);
  });
});

describe("constraints that their rows violate", () => {
  it("are created for new rows, and printed with the statement that validates them", async () => {
    const backup = await server.backUp(
      "violated_source",
      `
create table public.parent (id int primary key);
insert into public.parent values (1);
create table public.child (n int, parent int references public.parent on delete cascade deferrable initially deferred);
create table public.fine (n int, parent int references public.parent);
create table public.parted (n int, parent int references public.parent) partition by list (n);
create table public.parted_1 partition of public.parted for values in (1);
insert into public.fine values (1, 1);
set session_replication_role = replica;
insert into public.child values (1, 1), (2, 7);
insert into public.parted values (1, 9);
`,
    );

    const { message, printed } = await restorePartly("violated_target", backup);

    expect(message).toMatch(
      /^Everything was restored except FK CONSTRAINT public\.child child_parent_fkey, FK CONSTRAINT public\.parted /,
    );
    expect(printed).toContain("\nALTER TABLE public.child VALIDATE CONSTRAINT child_parent_fkey;");
    // No foreign key of a partitioned table can be added without a validation.
    expect(printed).toContain(
      "ADD CONSTRAINT parted_parent_fkey FOREIGN KEY (parent) REFERENCES public.parent(id);",
    );
    const constraints = [
      "select conname, convalidated, condeferred from pg_constraint where contype = 'f' order by 1",
    ];
    expect(await server.answers("violated_target", constraints)).toEqual([
      '[{"conname":"child_parent_fkey","convalidated":false,"condeferred":true},{"conname":"fine_parent_fkey","convalidated":true,"condeferred":false}]',
    ]);
    await server.withClient("violated_target", async (client) => {
      await expect(client.query("insert into public.child values (3, 8)")).rejects.toThrow(
        /child_parent_fkey/,
      );
      await client.query(`delete from public.child where parent = 7; delete from public.parted; ${printed}`);
    });
    expect(
      await server.answers("violated_target", ["select conname from pg_constraint where not convalidated"]),
    ).toEqual(["[]"]);
  });
});

describe("a database with bytes that are not UTF-8", () => {
  it("is refused with the table or the catalog, and backed up when they are corrected as the README describes", async () => {
    const byte = "convert_from('\\xe9'::bytea, 'SQL_ASCII')";
    const refused: Record<string, string> = {
      bytes_in_row: `create table public.fine (x text); insert into public.fine values ('a'); create table public.later (x text); insert into public.later values ('b'), (${byte})`,
      bytes_in_comment: `do $$ begin execute format('comment on schema public is %L', ${byte}); end $$`,
      bytes_in_name: `do $$ begin execute format('create table public.%I ()', ${byte}); end $$`,
    };
    const change = async (database: string, sql: string): Promise<void> =>
      await server.withClient(database, async (client) => void (await client.query(sql)));
    const failures: unknown[] = [];
    for (const [database, sql] of Object.entries(refused)) {
      await server.admin.query(
        `create database ${database} template template0 encoding 'SQL_ASCII' locale 'C'`,
      );
      await change(database, sql);
      failures.push(await failureOf(server.backUpAgain(database)));
    }
    await server.admin.query("create database bytes_corrected template bytes_in_row");
    await change(
      "bytes_corrected",
      "update public.later set x = convert_from(convert(convert_to(x, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'SQL_ASCII') where x ~ '[^[:ascii:]]'",
    );

    const rest =
      "contains bytes that have no equivalent in UTF-8 (0xe9); correct them in the database as backup/README.md describes for the encoding SQL_ASCII.";
    expect(failures).toEqual([
      { exitCode: 3, message: `A row of public.later ${rest}` },
      {
        exitCode: 3,
        message: `A name or a text of the schema (in pg_description) ${rest}`,
      },
      { exitCode: 3, message: `A name or a text of the schema ${rest}` },
    ]);
    await server.restoreInto("bytes_target", await server.backUpAgain("bytes_corrected"));
    expect(await server.answers("bytes_target", ["select x from public.later order by 1"])).toEqual([
      '[{"x":"b"},{"x":"é"}]',
    ]);
  });
});
