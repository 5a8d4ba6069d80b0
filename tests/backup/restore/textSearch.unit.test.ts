import { describe, expect, it } from "vitest";
import { changeConfiguration, changeDictionary } from "../../../backup/restore/textSearch";

describe("the SQL that changes text search", () => {
  it("gives a configuration exactly the mappings of the backup", () => {
    expect(
      changeConfiguration(
        "pg_catalog.english",
        'asciiword: pg_catalog.english_stem\nurl:\nword: public."a, b", pg_catalog.simple\nnumword: pg_catalog.english_stem',
      ),
    ).toBe(
      "alter text search configuration pg_catalog.english drop mapping if exists for asciiword, url, word, numword; " +
        "alter text search configuration pg_catalog.english add mapping for asciiword, numword with pg_catalog.english_stem; " +
        'alter text search configuration pg_catalog.english add mapping for word with public."a, b", pg_catalog.simple',
    );
  });

  it.each([
    [
      "language = 'english'",
      "language = 'english', stopwords = 'english'",
      "language = 'english', stopwords",
    ],
    ["a = '1'", "", "a = '1'"],
    ["", "a = 'x, b = ''y'''", "a"],
    ["a = '1'", `"odd, name" = E'\\\\ '', c = 3', a = '2', d = 4`, `a = '1', "odd, name", d`],
  ])("gives a dictionary the options %j if it has %j", (options, present, expected) => {
    expect(changeDictionary("e.d", options, present)).toBe(`alter text search dictionary e.d (${expected})`);
  });
});
