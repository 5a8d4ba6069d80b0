import pg from "pg";
import { describe, expect, it } from "vitest";
import { refusalPlace } from "../../../backup/restore/refusalPlace";

function placeOf(where: string, columns: string[], table = "t"): ReturnType<typeof refusalPlace> {
  const cause = Object.assign(new pg.DatabaseError("refused", 0, "error"), { where });
  return refusalPlace(cause, { table, columns });
}

describe("the place of a refused row", () => {
  it("is the line and the column that the server names first", () => {
    expect([
      placeOf('COPY t, line 7, column r: "gone"', ["n", "r"]),
      placeOf("COPY t, line 1, column n: null input", ["n", "r"]),
      placeOf('COPY t, line 12: "1\tgone"', ["n", "r"]),
      placeOf('COPY t, line 7, column r: "a\nCOPY t, line 3, column n: "b""', ["n", "r"]),
      placeOf('COPY a\nb, line 2, column x, y: "z"', ["x", "x, y"], "a\nb"),
    ]).toEqual([
      { row: 6, column: 1 },
      { row: 0, column: 0 },
      { row: 11, column: undefined },
      { row: 6, column: 1 },
      { row: 1, column: 1 },
    ]);
  });

  it("is only the line after the context of a function, whose value may depend on other rows", () => {
    expect([
      placeOf('PL/pgSQL function f(integer) line 1 at RAISE\nCOPY t, line 9: "1\ta"', ["n"]),
      placeOf('PL/pgSQL function f(text) line 1 at RAISE\nCOPY t, line 9, column n: "a"', ["n"]),
    ]).toEqual([
      { row: 8, column: undefined },
      { row: 8, column: undefined },
    ]);
  });

  it("is unknown if the context is of another table or language, or ambiguous", () => {
    expect(
      [
        'COPY u, line 7, column r: "gone"',
        'COPY t, Zeile 7, Spalte r: "gone"',
        'SQL statement "select 1\nCOPY t, line 3: "x""\nCOPY t, line 9: "1"',
        "",
      ].map((where) => placeOf(where, ["r"])),
    ).toEqual(Array(4).fill(undefined));
  });

  it("is without a column if several names match", () => {
    expect(placeOf('COPY t, line 7, column a: "b: "gone"', ["a", 'a: "b'])).toEqual({
      row: 6,
      column: undefined,
    });
  });
});
