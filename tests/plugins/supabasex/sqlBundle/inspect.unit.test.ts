import { beforeAll, expect, test } from "vitest";
import {
  type BundleFile,
  bundleFile,
  migrationOf,
} from "../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { inspectFiles } from "../../../../plugins/supabasex/provider/sqlBundle/source/inspect";
import { loadParser } from "../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

async function inspect(files: Record<string, string>): Promise<string[]> {
  const loaded = Object.entries(files).map(([path, text]) =>
    bundleFile(path, path.startsWith("migrations/") ? "migration" : "repeatable", text),
  );
  const named = (file: BundleFile) => ({ ...file, ...(migrationOf(file.path) ?? { version: "", name: "" }) });
  try {
    await inspectFiles({
      migrations: loaded.filter(({ kind }) => kind === "migration").map(named),
      repeatables: loaded.filter(({ kind }) => kind === "repeatable"),
    });
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

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

test("a single error is shown alone, and valid files pass", async () => {
  expect((await inspect({ "migrations/20260101000000_a.sql": "commit;\n" }))[0]).toBe(
    "migrations/20260101000000_a.sql:1:1: a file must not control its transaction",
  );
  expect(await inspect({ "migrations/20260101000000_a.sql": "select 1;\n" })).toEqual([]);
});
