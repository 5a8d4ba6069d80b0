import { describe, expect, it } from "vitest";
import { maskQuoted, splitStatements } from "../../../backup/postgres/sqlText";

describe("maskQuoted", () => {
  it.each([
    ["a string", "select 'a;b' as c", "select xxxxx as c"],
    ["a string with a quote in it", "select 'it''s' || 'x'", "select xxxxxxx || xxx"],
    ["a string with backslashes", "select e'\\';' || E'\\\\'", "select xxxxxx || xxxxx"],
    ["a plain string that ends with a backslash", "select '\\'; select 1", "select xxx; select 1"],
    ["a name", 'create table "a;""b" ()', "create table xxxxxxx ()"],
    ["a dollar-quoted text", "as $_$ a; $$ b $_$;", "as xxxxxxxxxxxxxxx;"],
    ["parameters, which are not dollar quotes", "return $1 + $2; $$a$$", "return $1 + $2; xxxxx"],
    ["a comment, which stays", "-- it's\nselect 'a'", "-- it's\nselect xxx"],
    ["a string of several lines", "is '\n--\n-- TOC\n';", "is xxxxxxxxxxxxx;"],
  ])("masks %s", (_, sql, masked) => {
    expect(maskQuoted(sql)).toBe(masked);
    expect(maskQuoted(sql)).toHaveLength(sql.length);
  });
});

describe("splitStatements", () => {
  it("splits at the end of statements, but not inside quotes", () => {
    expect(splitStatements("-- first\nselect 'a;\nb';\nrefresh \"c;\nd\";\n\nselect $$;\n$$")).toEqual([
      "-- first\nselect 'a;\nb';",
      'refresh "c;\nd";',
      "select $$;\n$$",
    ]);
  });
});
