import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { kindOf, normalise, sha256Of } from "../../../../../plugins/supabasex/bundleFiles";
import {
  bundleFile,
  loadBundle,
  misnamedFiles,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { readBundleFiles } from "../../../../../plugins/supabasex/sdk/readBundleFiles";

describe("normalise", () => {
  test.each([
    ["select 1;\n", "select 1;\n"],
    ["select 1;", "select 1;\n"],
    ["select 1;\r\nselect 2;\r\n", "select 1;\nselect 2;\n"],
    ["select 1;\rselect 2;", "select 1;\nselect 2;\n"],
    ["\uFEFFselect 1;\n\n\n", "select 1;\n"],
    ["", "\n"],
  ])("%j", (text, expected) => {
    expect(normalise(text)).toBe(expected);
  });

  test.each(["select  1;\n", "select 1; \n", "\nselect 1;\n", "select 1\uFEFF;\n"])(
    "%j is another text",
    (text) => {
      expect(sha256Of(normalise(text))).not.toBe(sha256Of(normalise("select 1;\n")));
    },
  );
});

test("the folder determines the kind", () => {
  expect(kindOf("migrations/20260101000000_a.sql")).toBe("migration");
  expect(kindOf("repeatable/functions/a.sql")).toBe("repeatable");
  expect(kindOf("diagnostics/a.sql")).toBeUndefined();
  expect(kindOf("repeatable/README.md")).toBeUndefined();
});

describe("headers", () => {
  test("no transaction, and dependencies in every notation", () => {
    const file = bundleFile(
      "repeatable/views/v.sql",
      "repeatable",
      "-- A view.\n\n-- depends on: repeatable/a.sql, sql/repeatable/b.sql\n--no transaction\n-- depends on: ../c.sql\nselect 1;\n-- depends on: repeatable/late.sql\n",
    );

    expect(file.noTransaction).toBe(true);
    expect(file.dependsOn).toEqual(["repeatable/a.sql", "repeatable/b.sql", "repeatable/c.sql"]);
  });

  test("prose is not a header", () => {
    const file = bundleFile(
      "repeatable/a.sql",
      "repeatable",
      "-- There is no transaction here.\nselect 1;\n",
    );

    expect(file.noTransaction).toBe(false);
  });
});

test("misnamed and duplicate migrations are reported", () => {
  const hash = "0".repeat(64);

  expect(
    misnamedFiles({
      "migrations/20260101000000_a.sql": hash,
      "migrations/20260101000000_b.sql": hash,
      "migrations/2026_c.sql": hash,
      "migrations/sub/20260102000000_d.sql": hash,
    }).map(({ path: name }) => name),
  ).toEqual([
    "migrations/20260101000000_b.sql",
    "migrations/2026_c.sql",
    "migrations/sub/20260102000000_d.sql",
  ]);
});

describe("a directory", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "thorbis bundle "));
    mkdirSync(path.join(directory, "migrations"));
    mkdirSync(path.join(directory, "repeatable", "functions"), { recursive: true });
    writeFileSync(path.join(directory, "migrations", "20260101000000_a.sql"), "select 1;\r\n");
    writeFileSync(path.join(directory, "repeatable", "functions", "f.sql"), "select 2;\n");
    writeFileSync(path.join(directory, "repeatable", ".hidden.sql"), "select 3;\n");
    writeFileSync(path.join(directory, "repeatable", "notes.md"), "notes\n");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test("is read with hashes of the normalised text, and loaded again", () => {
    const files = readBundleFiles(directory);

    expect(files).toEqual({
      "migrations/20260101000000_a.sql": sha256Of("select 1;\n"),
      "repeatable/functions/f.sql": sha256Of("select 2;\n"),
    });
    const bundle = loadBundle(directory, files);
    expect(bundle.migrations.map(({ version, name, text }) => [version, name, text])).toEqual([
      ["20260101000000", "a", "select 1;\n"],
    ]);
    expect(bundle.repeatables.map(({ path: name }) => name)).toEqual(["repeatable/functions/f.sql"]);
  });

  test("that changed meanwhile is refused, and so is a missing file", () => {
    const files = readBundleFiles(directory);
    writeFileSync(path.join(directory, "repeatable", "functions", "f.sql"), "select 22;\n");
    expect(() => loadBundle(directory, files)).toThrow(/f\.sql has changed while pulumi was running/);

    rmSync(path.join(directory, "repeatable", "functions", "f.sql"));
    expect(() => loadBundle(directory, files)).toThrow(/f\.sql is listed by the program but does not exist/);
  });
});
