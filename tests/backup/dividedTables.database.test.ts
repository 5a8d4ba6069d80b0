import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { failureOf } from "./support/commands";
import { PlainServer } from "./support/plainServer";

// Tables with rows that are left out, and with others that are refused at first but can be loaded.

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

/** Restores a database into a new one, after the role `gone` was dropped. Returns what was printed. */
async function restoreWithoutRole(name: string, script: string): Promise<string> {
  await server.admin.query("create role gone superuser");
  const backup = await server.backUp(`${name}_source`, script);
  await server.admin.query("drop role gone");
  await server.admin.query(`create database ${name}_target`);
  const context = backup.into(`${name}_target`);
  const { exitCode } = await failureOf(restore({ run: backup.run }, context));
  expect(exitCode).toBe(10);
  return context.printed.join("\n");
}

const answers = async (name: string, ...queries: string[]): Promise<string[]> =>
  await server.answers(`${name}_target`, queries);

/** A function that fails until the rows of a table are there. */
const needs = `
create function public.needs(other text, n int) returns boolean language plpgsql immutable as 'declare found boolean; begin execute format(''select exists (select from public.%I z where z.n = $1)'', other) into found using n; if not found then raise ''no % in %'', n, other; end if; return found; end';
`;

/** Marks constraints as validated that their rows violate, as one is after a change of a collation. */
const validated = "update pg_constraint set convalidated = true where not convalidated;";

describe("a table of which rows with a refused value are left out", () => {
  it("waits for the tables that its functions read, also if these have such rows, and rows in between", async () => {
    const table = (name: string, next: string): string => `
create table public.${name} (n int, r regrole, t text, ok boolean generated always as (${next}) stored);
insert into public.${name} values (1, 'gone', E'several\\nlines'), (2, 'pg_monitor', ''), (3, null, E'a\\nb'), (4, 'gone', '');
`;
    const last = table("z_last", "n > 0");
    const middle = table("m_middle", "n = 1 or n = 4 or public.needs('z_last', n)");
    const first = table("a_first", "n = 1 or n = 4 or public.needs('m_middle', n)");
    const printed = await restoreWithoutRole("waits", needs + last + middle + first);

    for (const name of ["a_first", "m_middle", "z_last"])
      expect(printed).toContain(`-- 2 rows of public.${name}: column r: role "gone" does not exist (in `);
    expect(printed.match(/^-- /gm)).toHaveLength(3);
    expect(
      await answers(
        "waits",
        "select n from public.a_first order by 1",
        "select n from public.m_middle order by 1",
        "select n from public.z_last order by 1",
      ),
    ).toEqual(Array(3).fill('[{"n":2},{"n":3}]'));
  });

  it("keeps the rows that a constraint refuses, which is printed", async () => {
    const printed = await restoreWithoutRole(
      "checked",
      `
create table public.checked (n int, r regrole, t text);
insert into public.checked values (1, 'gone', 'b'), (2, null, 'a'), (3, null, 'c');
alter table public.checked add constraint sorted check (t > 'b') not valid;
create domain public.word as text;
create table public.by_domain (n int, r regrole, t public.word);
insert into public.by_domain values (1, 'gone', 'b'), (2, null, 'a'), (3, null, 'c');
alter domain public.word add constraint sorted check (value > 'b') not valid;
${validated}
`,
    );

    for (const line of [
      '-- 1 row of public.checked: column r: role "gone" does not exist',
      '-- 1 row of public.by_domain: column r: role "gone" does not exist',
      'alter table public.checked validate constraint "sorted";',
      'alter domain public.word validate constraint "sorted";',
    ])
      expect(printed).toContain(line);
    expect(
      await answers(
        "checked",
        "select n from public.checked order by 1",
        "select n from public.by_domain order by 1",
      ),
    ).toEqual(Array(2).fill('[{"n":2},{"n":3}]'));
  });
});

describe("tables of which rows that a function refuses are left out", () => {
  it("keep the rows that wait for each other's rows, also in a chain", async () => {
    const failing = `create function public.fine(n int) returns boolean language plpgsql immutable as 'begin if current_setting(''app.works'', true) is null and n % 2 = 0 then raise ''even''; end if; return true; end';`;
    const table = (name: string, condition: string): string => `
create table public.${name} (n int);
insert into public.${name} values (1), (2), (3), (4);
alter table public.${name} add ok boolean generated always as (${condition}) stored;
`;
    const backup = await server.backUp(
      "chained_source",
      `${needs}${failing}
set app.works = 'yes';
${table("z_last", "public.fine(n)")}
${table("m_middle", "n = 4 or public.needs('z_last', n)")}
${table("a_first", "public.needs('m_middle', n)")}`,
    );
    await server.admin.query("create database chained_target");
    const context = backup.into("chained_target");

    await failureOf(restore({ run: backup.run }, context));

    const query = (name: string): string => `select n from public.${name} order by 1`;
    expect(await answers("chained", query("z_last"), query("m_middle"), query("a_first"))).toEqual([
      '[{"n":1},{"n":3}]',
      '[{"n":1},{"n":3},{"n":4}]',
      '[{"n":1},{"n":3},{"n":4}]',
    ]);
    const printed = context.printed.join("\n");
    expect(printed.match(/^-- .* (?=\(in )/gm)?.sort()).toEqual([
      "-- 1 row of public.a_first: no 2 in m_middle ",
      "-- 1 row of public.m_middle: no 2 in z_last ",
      "-- 2 rows of public.z_last: even ",
    ]);
  });
});

describe("a table of which rows that a function refuses are left out", () => {
  it("keeps the rows that a constraint refuses", async () => {
    const backup = await server.backUp(
      "refusing_source",
      `
create function public.odd(n int) returns int language plpgsql immutable as 'begin if current_setting(''app.works'', true) is null and n % 2 = 0 then raise ''even''; end if; return n; end';
create table public.odd (n int, o int generated always as (public.odd(n)) stored, t text);
set app.works = 'yes';
insert into public.odd (n, t) values (2, 'c'), (1, 'a'), (3, 'c'), (4, 'a');
alter table public.odd add constraint sorted check (t > 'b') not valid;
${validated}
`,
    );
    await server.admin.query("create database refusing_target");
    const context = backup.into("refusing_target");

    await failureOf(restore({ run: backup.run }, context));

    expect(context.printed.join("\n")).toContain("-- 2 rows of public.odd: even (in ");
    expect(await answers("refusing", "select n from public.odd order by 1")).toEqual(['[{"n":1},{"n":3}]']);
  });
});
