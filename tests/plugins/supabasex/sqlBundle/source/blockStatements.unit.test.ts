import { beforeAll, describe, expect, test } from "vitest";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { actsOnUnnamedObjects } from "../../../../../plugins/supabasex/provider/sqlBundle/source/mentions";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { statingStatements } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statedFacts";

beforeAll(async () => await loadParser());

const fileOf = (body: string): BundleFile => ({
  kind: "repeatable",
  path: "repeatable/block.sql",
  display: "block.sql",
  text: `-- a comment\ndo $$\n${body}\n$$;\n`,
  sha256: "",
  dependsOn: [],
  noTransaction: false,
});

describe("a block whose text shows every statement affects the objects that these name", () => {
  const shown: readonly (readonly [what: string, body: string, stated: readonly string[]])[] = [
    [
      "statements that may be refused",
      "begin alter role app set work_mem = '8MB'; exception when insufficient_privilege then raise warning 'no: %', sqlerrm; end",
      ["alter role app set work_mem = '8MB'"],
    ],
    [
      "a condition",
      "declare ours boolean := true; begin if ours then grant select on shared.a to app; else revoke select on shared.a from app; end if; end",
      ["grant select on shared . a to app", "revoke select on shared . a from app"],
    ],
    ["a comment", "begin comment on table shared.a is 'A'; end", ["comment on table shared . a is 'A'"]],
  ];

  test.each(shown)("%s", (_, body, stated) => {
    const file = fileOf(body);

    expect(statingStatements(file).map(({ text }) => text)).toEqual(stated);
    expect(statingStatements(file).some(({ isDynamic }) => isDynamic)).toBe(false);
    expect(actsOnUnnamedObjects(file)).toBe(false);
  });
});

describe("any other block may affect every object", () => {
  test.each([
    ["a composed statement", "begin execute 'alter role app set work_mem = 1'; end"],
    ["a call", "begin perform private.repair(); end"],
    ["a procedure", "begin call private.repair(); end"],
    [
      "a function in a condition",
      "begin if private.repair() then alter role app set work_mem = 1; end if; end",
    ],
    [
      "a function in a declaration",
      "declare a text := private.repair(); begin alter role app set work_mem = 1; end",
    ],
    [
      "a function in a declaration of a record",
      "declare a record := private.repair(); begin alter role app set work_mem = 1; end",
    ],
    [
      "a function in a declaration of a table's type",
      "declare a shared.a := private.repair(); begin alter role app set work_mem = 1; end",
    ],
    [
      "a function in a declaration of an extension's type",
      "declare a citext := private.repair(); begin alter role app set work_mem = 1; end",
    ],
    [
      "a view in a condition, written without a query",
      "begin if a from shared.a then alter role app set work_mem = 1; end if; end",
    ],
    ["a function in a message", "begin raise notice '%', private.repair(); end"],
    [
      "a query in a condition",
      "begin if exists (select from shared.a) then alter role app set work_mem = 1; end if; end",
    ],
    ["a query", "declare a text; begin select private.repair() into a; end"],
    [
      "a loop over a query",
      "declare a record; begin for a in select 1 loop alter role app set work_mem = 1; end loop; end",
    ],
    ["an object that it creates", "begin create table shared.a (id int); end"],
    ["a column that it adds", "begin alter table shared.a add column b int; end"],
    ["an object that it drops", "begin drop table shared.a; end"],
    ["rows", "begin insert into shared.a values (1); end"],
    ["all tables of a schema", "begin grant select on all tables in schema shared to app; end"],
    [
      "a handler that composes a statement",
      "begin alter role app set work_mem = 1; exception when others then execute 'x'; end",
    ],
  ])("%s", (_, body) => {
    expect(actsOnUnnamedObjects(fileOf(body))).toBe(true);
  });

  test("another language", () => {
    const file = { ...fileOf(""), text: "do language plpython3u $$ begin null; end $$;" };

    expect(actsOnUnnamedObjects(file)).toBe(true);
    expect(statingStatements(file).every(({ isDynamic }) => isDynamic)).toBe(true);
  });
});
