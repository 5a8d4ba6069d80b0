import { describe, expect, test } from "vitest";
import { normalise, sha256Of } from "../../../../../plugins/supabasex/bundleFiles";
import {
  isConnectionLost,
  placeOf,
  SqlFileError,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/errors";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";

const fileOf = (text: string) =>
  ({
    path: "repeatable/f.sql",
    display: "sql/repeatable/f.sql",
    text,
    sha256: sha256Of(normalise(text)),
  }) as BundleFile;

describe("an error is printed like a compiler error", () => {
  test("with line, column, caret, detail and hint", () => {
    const text = "select 1;\nselect\twrong;\n";
    const error = new SqlFileError({
      file: fileOf(text),
      message: 'column "wrong" does not exist',
      index: text.indexOf("wrong"),
      sqlState: "42703",
      hint: "Write another name.",
    });
    expect(error.message).toBe(
      [
        'sql/repeatable/f.sql:2:8: column "wrong" does not exist (42703)',
        "  2 | select\twrong;",
        "    |       \t^",
        "  hint: Write another name.",
      ].join("\n"),
    );
    expect(error.sqlState).toBe("42703");
  });

  test("on lines of its own, without what affects the terminal, and not in full length", () => {
    const error = new SqlFileError({
      file: fileOf("select 1;\n"),
      message: `one\n\u001b[31m${"x".repeat(3000)}`,
      index: 0,
      detail: "two\nlines",
      hint: "and\ntwo",
      where: `f\n${"é".repeat(2500)}`,
    });
    expect(error.message.split("\n")).toEqual([
      "sql/repeatable/f.sql:1:1: one",
      `  \u{fffd}[31m${"x".repeat(1991)}… (1009 more characters)`,
      "  1 | select 1;",
      "    | ^",
      "  detail: two",
      "          lines",
      "  hint: and",
      "        two",
      "  where: f",
      `         ${"é".repeat(1998)}… (502 more characters)`,
    ]);
  });

  test("without a place, with the file only", () => {
    expect(new SqlFileError({ file: fileOf(""), message: "it is empty" }).message).toBe(
      "sql/repeatable/f.sql: it is empty",
    );
  });
});

test("columns are counted in characters, not in code units", () => {
  expect(placeOf("select '🦉', x", "select '🦉', ".length)).toMatchObject({ line: 1, column: 13 });
});

test.each([
  ["tabs stay tabs", "\tselect\t", "\t      \t"],
  ["emoji and East Asian characters are two cells wide", "🦉日本ｘ", "        "],
  ["combining accents have no width", "e\u0301e\u0301", "  "],
  ["umlauts are one cell wide", "größe ", "      "],
])("the caret points to the place: %s", (_, before, indent) => {
  expect(placeOf(`${before}x`, before.length)).toMatchObject({ indent, column: [...before].length + 1 });
});

test("a long line is truncated around the place", () => {
  const text = `${"a".repeat(500)}!${"b".repeat(500)}`;
  expect(placeOf(text, 500)).toEqual({
    line: 1,
    column: 501,
    source: `…${"a".repeat(100)}!${"b".repeat(49)}…`,
    indent: " ".repeat(101),
  });
  expect(placeOf(`${"a".repeat(100)}!${"b".repeat(59)}`, 100).source).toHaveLength(160);
});

test("a place at the end of the text is on its last line", () => {
  expect(placeOf("select 1;\nsel", 13)).toEqual({ line: 2, column: 4, source: "sel", indent: "   " });
});

describe("detection of a lost connection", () => {
  const withCode = (code: string, severity?: string) =>
    Object.assign(new Error("x"), { code, ...(severity === undefined ? {} : { severity }) });
  test.each([
    [withCode("57P01", "FATAL"), true],
    [withCode("08006", "FATAL"), true],
    [withCode("ECONNRESET"), true],
    [new Error("Connection terminated unexpectedly"), true],
    [withCode("57014", "ERROR"), false],
    [withCode("42P01", "ERROR"), false],
    [new Error("syntax error"), false],
    ["no error at all", false],
  ])("%s: %s", (error, lost) => {
    expect(isConnectionLost(error)).toBe(lost);
  });
});
