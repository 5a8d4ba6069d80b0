import { beforeAll, describe, expect, test } from "vitest";
import { checkoutRoot } from "../../../../../foundation/checkout";
import { declarations } from "../../../../../plugins/supabasex/provider/sqlBundle/source/declaredObjects";
import {
  type BundleFile,
  bundleFile,
  loadBundle,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import {
  defaultServerMajor,
  loadParser,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { statementsOf, textOf } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";
import { transactionErrors } from "../../../../../plugins/supabasex/provider/sqlBundle/source/transactionControl";
import { readBundleFiles } from "../../../../../plugins/supabasex/sdk/readBundleFiles";

const majors = [15, 16, 17, 18];
beforeAll(async () => {
  for (const major of majors) await loadParser(major);
});

const forServer = (serverMajor: number, text: string): BundleFile => ({
  ...bundleFile("migrations/20260101000000_x.sql", "migration", text),
  serverMajor,
});

/** Returns the versions whose server accepts the text. */
const accepted = (text: string, versions = majors) =>
  versions.filter((major) => {
    try {
      return statementsOf(forServer(major, text)).length > 0;
    } catch {
      return false;
    }
  });

describe("a file is parsed with the grammar of its server", () => {
  test.each([
    ["a name that 16 made a keyword", "create table a.b (system_user text)", [15]],
    ["a subquery without a name, which 16 allowed", "select 1 from (select 1)", [16, 17, 18]],
    [
      "a clause that is new in 17",
      "merge into a using b on a.i = b.i when matched then delete returning *",
      [17, 18],
    ],
    ["a clause that is new in 18", "update a set b = 1 returning with (old as former) former.b", [18]],
    [
      "a statement that each version supports",
      "merge into a using b on a.i = b.i when matched then delete",
      [15, 16, 17, 18],
    ],
    ["a statement that no version supports", "creat table a (b int)", []],
  ])("%s", (_, text, versions) => {
    expect(accepted(text)).toEqual(versions);
  });

  test("with the nearest version if there is no exact one", () => {
    expect(accepted("create table a.b (system_user text)", [14, 15])).toEqual([14, 15]);
    expect(accepted("update a set b = 1 returning with (old as former) former.b", [17, 19])).toEqual([19]);
  });

  test("with the version of new projects if the version is unknown", () => {
    expect(defaultServerMajor).toBe(17);
    expect(() =>
      statementsOf(bundleFile("migrations/1.sql", "migration", "select 1 from a.system_user x, system_user")),
    ).not.toThrow();
    expect(() =>
      statementsOf(bundleFile("migrations/1.sql", "migration", "create table a.b (system_user text)")),
    ).toThrow('migrations/1.sql:1:19: syntax error at or near "system_user" (42601)');
  });

  test("and the error names the version", () => {
    expect(() => statementsOf(forServer(16, "create table a.b (system_user text)"))).toThrow(
      "hint: PostgreSQL 16 does not accept the text here: correct it; nothing was changed.",
    );
    expect(() => statementsOf(forServer(15, "select 1 returning with (old as o) o.a; select 1"))).toThrow(
      "PostgreSQL 15",
    );
  });
});

describe("every version parses the same from the same text", () => {
  const describeFile = (file: BundleFile) =>
    statementsOf(file).map((statement) => ({
      kind: statement.kind,
      start: statement.start,
      text: textOf(file, statement),
      declares: declarations(statement.node),
    }));

  test("from all files of this stack", () => {
    const directory = `${checkoutRoot()}/sql`;
    const { migrations, repeatables } = loadBundle(directory, readBundleFiles(directory));
    const files = [...migrations, ...repeatables];
    expect(files.length).toBeGreaterThan(30);

    for (const file of files) {
      const [first, ...others] = majors.map((serverMajor) => describeFile({ ...file, serverMajor }));
      for (const other of others) expect(other, file.path).toEqual(first);
      for (const serverMajor of majors) expect(transactionErrors({ ...file, serverMajor })).toEqual([]);
    }
  });

  test.each([
    [
      "comments above the first statement",
      "-- above\n/* two\n/* nested */ lines */\n\n  select 1;\nselect 2",
      [
        [5, "select 1"],
        [6, "select 2"],
      ],
    ],
    [
      "characters of several bytes",
      "-- ä𝒳\nselect 'ä𝒳'; -- ü\nselect 'b'",
      [
        [2, "select 'ä𝒳'"],
        [3, "select 'b'"],
      ],
    ],
  ])("%s", (_, text, statements) => {
    for (const major of majors) {
      const file = forServer(major, text);
      const found = statementsOf(file).map((statement) => [
        file.text.slice(0, statement.start).split("\n").length,
        textOf(file, statement),
      ]);
      expect(found, String(major)).toEqual(statements);
    }
  });

  test.each([
    "create index concurrently i on a.b (c)",
    "drop index concurrently a.i",
    "reindex (concurrently) table a.b",
    "alter table a.b detach partition a.c concurrently",
    "vacuum a.b",
    "begin",
    "set session authorization x",
    "copy a.b from stdin",
  ])("%s is refused", (text) => {
    for (const major of majors)
      expect(transactionErrors(forServer(major, text)), String(major)).not.toEqual([]);
  });
});
