import { beforeAll, describe, expect, test } from "vitest";
import { createdBeside } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/existing/createdBeside";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { pathOf } from "../../../../../plugins/supabasex/provider/sqlBundle/source/searchPath";
import { statementsOf } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";

beforeAll(() => loadParser());

function file(text: string): BundleFile {
  return { path: "a.sql", display: "a.sql", text } as BundleFile;
}

describe("a file creates objects without a schema in the first schema of its search path", () => {
  test.each([
    {
      name: "a function, by default in public",
      text: "create or replace function is_admin() returns boolean language sql as 'select true';",
      all: ["function public.is_admin()", "function tools.is_admin()"],
      created: ["function public.is_admin()"],
    },
    {
      name: "a table and an index on one",
      text: "set local search_path = app, public; create table big (id integer); create index big_id on big (id);",
      all: ["table app.big", "table public.big", "index app.big_id", "index tools.big_id"],
      created: ["table app.big", "index app.big_id"],
    },
    {
      name: "a trigger on a table of any schema in the path",
      text: "set search_path = app, public; create trigger t before insert on notes execute function app.f();",
      all: ["trigger public.notes t", "trigger tools.notes t"],
      created: ["trigger public.notes t"],
    },
    {
      name: "a collation",
      text: "create collation german (locale = 'C');",
      all: ["collation tools.german", "collation public.german"],
      created: ["collation public.german"],
    },
    {
      name: "a foreign data wrapper",
      text: "create foreign data wrapper files;",
      all: ["foreign-data wrapper files", "foreign-data wrapper others"],
      created: ["foreign-data wrapper files"],
    },
    {
      name: "nothing, after a block that may set it",
      text: "do $$ begin set local search_path = app; end $$; create table notes (id integer);",
      all: ["table app.notes", "table public.notes"],
      created: [],
    },
    {
      name: "not a temporary view",
      text: "create temporary view v as select 1;",
      all: ["view public.v"],
      created: [],
    },
  ])("$name", ({ text, all, created }) => {
    expect(createdBeside([file(text)], all)).toEqual(created);
  });
});

describe("argument types distinguish overloads", () => {
  test.each([
    {
      name: "names with separators",
      text: `create function public.f(a public."a, b", b public."c.d") returns integer language sql as 'select 1';`,
      all: ['function public.f(public."a, b", public."c.d")', 'function public.f(public.b", public.d)'],
      created: ['function public.f(public."a, b", public."c.d")'],
    },
    {
      name: "types of the same name in two schemas",
      text: "create function public.f(a app.money) returns integer language sql as 'select 1';",
      all: ["function public.f(app.money)", "function public.f(tools.money)"],
      created: ["function public.f(app.money)"],
    },
    {
      name: "names of built-in types",
      text: "create function public.f(a int, b text[], c varchar(3), d timestamptz) returns integer language sql as 'select 1';",
      all: ["function public.f(integer, text[], character varying, timestamp with time zone)"],
      created: ["function public.f(integer, text[], character varying, timestamp with time zone)"],
    },
    {
      name: "operands of an operator",
      text: "create operator app.=== (leftarg = integer, rightarg = text, function = app.f); create operator app.@@@ (rightarg = integer, function = app.f);",
      all: [
        "operator app.===(integer,pg_catalog.text)",
        "operator app.===(integer,integer)",
        "operator app.@@@(NONE,integer)",
        "operator app.@@@(integer,integer)",
      ],
      created: ["operator app.===(integer,pg_catalog.text)", "operator app.@@@(NONE,integer)"],
    },
    {
      name: "types of a cast",
      text: "create cast (app.money as text) with inout;",
      all: ["cast (app.money AS pg_catalog.text)", "cast (tools.money AS pg_catalog.text)"],
      created: ["cast (app.money AS pg_catalog.text)"],
    },
  ])("$name", ({ text, all, created }) => {
    expect(createdBeside([file(text)], all)).toEqual(created);
  });
});

test("the search path of each statement is read from the file", () => {
  const one = file(`select 1;
set search_path to "App", "$user", public; select 2;
set schema 'tools'; select 3;
select set_config('search_path', 'a, "B"', true); select 4;
select set_config('search_path', current_schema(), true); select 5;
reset search_path; select 6;`);
  const paths = statementsOf(one).flatMap(({ node }) => {
    const text = JSON.stringify(node);
    return "SelectStmt" in node && !text.includes("set_config") ? [pathOf(one, node)] : [];
  });

  const usual = ["public", "extensions"];
  expect(paths).toEqual([usual, ["App", "public"], ["tools"], ["a", "B"], [], usual]);
});
