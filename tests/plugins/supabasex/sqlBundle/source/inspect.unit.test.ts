import { beforeAll, describe, expect, test } from "vitest";
import {
  type BundleFile,
  bundleFile,
  migrationOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { inspectFiles } from "../../../../../plugins/supabasex/provider/sqlBundle/source/inspect";
import { Inspection } from "../../../../../plugins/supabasex/provider/sqlBundle/source/inspection";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

function bundleOf(files: Record<string, string>) {
  const loaded = Object.entries(files).map(([path, text]) =>
    bundleFile(path, path.startsWith("migrations/") ? "migration" : "repeatable", text),
  );
  const named = (file: BundleFile) => ({ ...file, ...(migrationOf(file.path) ?? { version: "", name: "" }) });
  return {
    migrations: loaded.filter(({ kind }) => kind === "migration").map(named),
    repeatables: loaded.filter(({ kind }) => kind === "repeatable"),
  };
}

async function linesOf(checked: Promise<unknown>): Promise<string[]> {
  try {
    await checked;
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

const inspect = (files: Record<string, string>) => linesOf(inspectFiles(bundleOf(files)));

test("all errors of all files are listed at once, each with its place", async () => {
  const lines = await inspect({
    "migrations/20260101000000_control.sql": "select 1;\ncommit;\nselect 2;\nrelease a;\n",
    "migrations/20260102000000_two.sql": "-- no transaction\nvacuum;\nselect 1;\n",
    "migrations/20260103000000_header.sql": "\ncreate index concurrently i on s.t (a);\n",
    "migrations/20260104000000_parse.sql": "selec 1;\n",
    "migrations/20260104100000_latin.sql": Buffer.from("-- M\xfcller\nselec 1;\n", "latin1").toString("utf8"),
    "migrations/20260104200000_utf16.sql": Buffer.from("\ufeffselect 1;\n", "utf16le").toString("utf8"),
    "migrations/20260104300000_undo.sql": "select 1;\n-- migrate:down\nselect 2;\n",
    "migrations/20260105000000_fine.sql": "begin;\nselect 1;\ncommit;\n",
    "repeatable/a.sql": "create table s.t ();\ncreate view v as select 1;\n",
    "repeatable/b.sql": "-- depends on: repeatable/nothing.sql\ncreate view s.v as select 1;\n",
    "repeatable/c.sql": "create view s.v as select 2;\n",
  });

  expect(lines.filter((line) => !line.startsWith("  "))).toEqual([
    "The files have 12 errors; nothing was changed.",
    "migrations/20260101000000_control.sql:2:1: a file must not control its transaction",
    "migrations/20260101000000_control.sql:4:1: the file has no savepoint a here",
    "migrations/20260102000000_two.sql: a file without a transaction must contain exactly one statement, and this one has 2",
    "migrations/20260103000000_header.sql:2:1: this statement cannot run in a transaction",
    'migrations/20260104000000_parse.sql:1:1: syntax error at or near "selec" (42601)',
    "migrations/20260104100000_latin.sql:1:5: the file is not UTF-8",
    "migrations/20260104200000_utf16.sql:1:1: the file is not UTF-8",
    "migrations/20260104300000_undo.sql:2:1: what follows would undo the file",
    "repeatable/a.sql:1:1: create table does not belong in a repeatable",
    "repeatable/a.sql:2:1: view v has no schema",
    "repeatable/b.sql says that it depends on repeatable/nothing.sql, which is not in the bundle.",
    "repeatable/c.sql and repeatable/b.sql both create view s.v: keep one.",
  ]);
});

test("a routine without a schema is refused, also if the types of its arguments have one", async () => {
  const routine = (name: string, argument: string) =>
    `create function ${name}(${argument}) returns int language sql as 'select 1';\n`;
  const lines = await inspect({
    "repeatable/a.sql": routine("f", "a int"),
    "repeatable/b.sql": routine('"f.g"', "a s.t"),
    "repeatable/c.sql": routine('"S.T".f', "a int"),
    "repeatable/d.sql": "create aggregate total(int) (sfunc = int4pl, stype = int);\n",
  });

  expect(lines.filter((line) => !line.startsWith("  "))).toEqual([
    "The files have 3 errors; nothing was changed.",
    "repeatable/a.sql:1:1: function f(pg_catalog.int4) has no schema",
    'repeatable/b.sql:1:1: function "f.g"(s.t) has no schema',
    "repeatable/d.sql:1:1: aggregate total(pg_catalog.int4) has no schema",
  ]);
});

test("a single error is shown alone, and valid files pass", async () => {
  expect((await inspect({ "migrations/20260101000000_a.sql": "commit;\n" }))[0]).toBe(
    "migrations/20260101000000_a.sql:1:1: a file must not control its transaction",
  );
  expect(await inspect({ "migrations/20260101000000_a.sql": "select 1;\n" })).toEqual([]);
});

describe("errors that count only in migrations that will run", () => {
  const undone = "select 1;\n-- migrate:down\nselect 2;\n";
  const files = {
    "migrations/20260101000000_a.sql": undone,
    "migrations/20260102000000_b.sql": undone,
    "migrations/20260103000000_c.sql": "set transaction_read_only = on;\n",
  };
  const nothing = { files: new Map() };
  const refused = (lines: readonly string[]) => lines.flatMap((line) => /_(\w)\.sql:/.exec(line)?.[1] ?? []);

  test("applied and adopted ones pass, and the errors of all others are in one message", async () => {
    const bundle = bundleOf(files);
    const inspection = new Inspection(bundle, nothing);
    await inspection.whole;

    expect(refused(await linesOf(inspection.allow(bundle.migrations.slice(1))))).toEqual(["b", "c"]);
    expect(await linesOf(inspection.checked)).toContain("The files have 2 errors; nothing was changed.");
    expect(inspection.refused.aborted).toBe(true);
    expect(await linesOf(new Inspection(bundle, nothing).allow([]))).toEqual([]);
  });

  test("a file does not pass before it is allowed, and those behind it wait", async () => {
    const bundle = bundleOf(files);
    const [first, second] = bundle.migrations;
    if (first === undefined || second === undefined) throw new Error("no files");
    const refusing = new Inspection(bundle, nothing);
    refusing.allow(bundle.migrations).catch(() => {});
    expect(refused(await linesOf(refusing.pass(first)))).toEqual(["a", "b", "c"]);
    expect(refusing.hasPassed(first)).toBe(false);

    const accepting = new Inspection(bundle, nothing);
    const allowed = accepting.allow([]);
    await accepting.pass(second);
    await allowed;
    expect(accepting.hasPassed(second)).toBe(true);
  });

  test("with errors in any file, those of files that may run are listed too", async () => {
    const bundle = bundleOf({ ...files, "repeatable/d.sql": "commit;\n", "repeatable/e.sql": undone });
    const remembered = {
      files: new Map([["migrations/20260102000000_b.sql", {}]]),
      baseline: "20260101000000",
    };

    const all = await linesOf(new Inspection(bundle, nothing).whole);
    const some = await linesOf(new Inspection(bundle, remembered).whole);

    expect(refused(all)).toEqual(["a", "b", "c"]);
    expect(refused(some)).toEqual(["c"]);
    for (const lines of [all, some])
      expect(lines.filter((line) => line.startsWith("repeatable/"))).toEqual([
        "repeatable/d.sql:1:1: a file must not control its transaction",
        "repeatable/e.sql:2:1: what follows would undo the file",
      ]);
  });
});
