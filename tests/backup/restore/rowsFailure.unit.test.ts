import pg from "pg";
import { describe, expect, it } from "vitest";
import { RowsFailure } from "../../../backup/restore/rowsFailure";

/** A failure with the context that the server reports. */
function failure(where: string, facts: Partial<pg.DatabaseError> = {}): RowsFailure {
  const cause = Object.assign(new pg.DatabaseError("refused", 0, "error"), {
    code: "42704",
    where,
    ...facts,
  });
  return new RowsFailure({ schema: "public", table: "t" }, cause);
}

describe("a failure of a row", () => {
  it("is of a value if the context names its column and no function", () => {
    const ofValues = [
      'COPY t, line 1, column r: "gone"',
      'COPY t, line 1, column r: ""first"\nsecond\nPL/pgSQL function f() line 1 at RAISE"',
      'COPY a table, line 12, column r s: "x, line 2, column y: "z""',
      "COPY t, line 1, column r: null input",
    ];
    expect(ofValues.filter((where) => !failure(where).isOfValue)).toEqual([]);
    expect(ofValues.map((where) => failure(where).reason)).toEqual([
      "column r: refused",
      "column r: refused",
      "column r s: refused",
      "column r: refused",
    ]);
    const others = [
      'COPY t, line 1: "1\tgone, line 2, column y: "z""',
      'PL/pgSQL function f() line 1 at RAISE\nCOPY t, line 1, column r: "gone"',
      "",
    ];
    expect(others.filter((where) => failure(where).isOfValue)).toEqual([]);
  });

  it("is not of a value if a constraint of its domain refuses it", () => {
    const constraint = { code: "23514", schema: "public", dataType: "d", constraint: "c" };
    const { isOfValue, constraint: found } = failure('COPY t, line 1, column r: "a"', constraint);
    expect([isOfValue, found]).toEqual([false, { schema: "public", name: "c", of: "domain", subject: "d" }]);
  });
});
