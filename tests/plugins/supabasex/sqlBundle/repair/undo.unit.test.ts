import { describe, expect, test } from "vitest";
import type { Catalog, CatalogObject } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { diffCatalogs } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { undoOf } from "../../../../../plugins/supabasex/provider/sqlBundle/repair/undo";

const identity = "column s.t b";
const catalogOf = (column: CatalogObject, majorVersion: string): Catalog => ({
  server: { majorVersion },
  "schema s": { owner: "postgres" },
  "table s.t": { owner: "postgres" },
  [identity]: column,
});
const generated = { type: "integer", generated: "(a * 2)" };
const newColumn = [
  "alter table s.t drop column b cascade",
  "alter table s.t add column b integer generated always as ((a * 2)) stored",
];

// Each of these statements rewrites the table.
describe.each(["15", "17"])("a preview on PostgreSQL %s adds a changed column once", (version) => {
  const undone = (should: CatalogObject, is: CatalogObject) => {
    const [expected, live] = [catalogOf(should, version), catalogOf(is, version)];
    return undoOf(identity, diffCatalogs(expected, live), expected, { live }).statements;
  };

  test.each<[string, CatalogObject, readonly string[]]>([
    ["another expression", { type: "integer", generated: "(a * 3)" }, []],
    ["another type and expression", { type: "text", generated: "'x'::text", collation: `"C"` }, []],
    ["an identity", { type: "bigint", identity: "always" }, []],
    [
      "something else, too",
      { type: "integer", generated: "(a * 3)", comment: "Manual.", statisticsTarget: 5 },
      ["alter table s.t alter column b set statistics -1", "comment on column s.t.b is null"],
    ],
  ])("%s", (_, is, others) => {
    const statements = undone(generated, is);

    expect(statements.slice(0, 2)).toEqual(newColumn);
    expect(statements.slice(2).sort()).toEqual(others);
  });

  test("negative control: what needs no other column is only set", () => {
    expect(undone(generated, { ...generated, comment: "Manual." })).toEqual([
      "comment on column s.t.b is null",
    ]);
  });
});
