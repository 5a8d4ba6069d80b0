import { describe, expect, it } from "vitest";
import { orderOfAdditions, withColumnOrder } from "../../../backup/restore/columnOrder";

const table = (
  name: string,
  parents: readonly string[],
  columns: string,
  { own }: { readonly own: string },
) => ({
  name,
  parents,
  columns: columns.split(" "),
  own: own.split(" ").filter(Boolean),
});
const shown = (tables: Parameters<typeof orderOfAdditions>[0]) =>
  orderOfAdditions(tables)?.map((addition) => `${addition.table}.${addition.column}`);

describe("the order of added columns", () => {
  it("gives each table its own order, also those that got their parent later", () => {
    const tables = [
      table("p", [], "a late", { own: "a late" }),
      table("child", ["p"], "a b late more", { own: "b more" }),
      table("grandchild", ["child"], "a b d late more", { own: "d" }),
      table("after", ["p"], "a late y", { own: "y" }),
    ];

    expect(shown(tables)).toEqual(["p.a", "child.b", "grandchild.d", "p.late", "child.more", "after.y"]);
  });

  it("lets a child declare a column before its parent, with which it is merged", () => {
    const tables = [table("p", [], "b a", { own: "b a" }), table("c", ["p"], "a x b", { own: "a x b" })];

    expect(shown(tables)).toEqual(["c.a", "c.x", "c.b", "p.b", "p.a"]);
  });

  it("does not exist if two tables contradict each other", () => {
    expect(
      shown([table("p", [], "a b", { own: "a b" }), table("c", ["p"], "b a", { own: "" })]),
    ).toBeUndefined();
  });

  it("is found for a tree in which the ways to the first table double with each level", () => {
    const columns = ["top"];
    const tables = [table("top", [], "top late", { own: "top late" })];
    let below = "top";
    for (let level = 1; level <= 40; level += 1) {
      const [left, right, bottom] = [`left${level}`, `right${level}`, `bottom${level}`];
      tables.push(table(left, [below], [...columns, left, "late"].join(" "), { own: left }));
      tables.push(table(right, [below], [...columns, right, "late"].join(" "), { own: right }));
      columns.push(left, right, bottom);
      tables.push(table(bottom, [left, right], [...columns, "late"].join(" "), { own: bottom }));
      below = bottom;
    }

    expect(shown(tables)?.at(-1)).toBe("top.late");
  });
});

describe("the entries of a tree whose columns have another order", () => {
  const entry = (tag: string, sql: string, kind = "TABLE") => ({
    ...{ id: 1, kind, schema: "s", tag, owner: "app", needs: [] },
    sql,
  });
  const order = (name: string, columns: string, parents: string) => ({
    kind: "column order",
    name: `s.${name}`,
    facts: { columns, parents },
  });
  const parent = entry(
    "parent",
    "CREATE TABLE s.parent (\n    a integer,\n    late text DEFAULT 'x, (y'::text NOT NULL,\n    CONSTRAINT c CHECK ((late <> ');'::text))\n);\n\n\nALTER TABLE s.parent OWNER TO app;",
  );
  const holder = entry("holder", "CREATE TABLE s.holder (\n    c s.child\n);");
  const child = entry(
    "child",
    "CREATE TABLE s.child (\n    \"b, c\" numeric(5,2)\n)\nINHERITS (s.parent)\nWITH (fillfactor='50');\nALTER TABLE ONLY s.child ALTER COLUMN late SET STATISTICS 9;\n\n\nALTER TABLE s.child OWNER TO app;",
  );
  const entries = [parent, holder, child];

  it("create the tables without columns, and add these one by one", () => {
    const access = [order("parent", "a, late", ""), order("child", 'a, "b, c", late', "s.parent")];

    expect(withColumnOrder(entries, access).map(({ sql }) => sql)).toEqual([
      "CREATE TABLE s.parent (\n);\n\nALTER TABLE s.parent OWNER TO app;",
      "CREATE TABLE s.child (\n)\nINHERITS (s.parent)\nWITH (fillfactor='50');\n\nALTER TABLE s.child OWNER TO app;",
      "ALTER TABLE s.parent ADD COLUMN a integer;",
      'ALTER TABLE s.child ADD COLUMN "b, c" numeric(5,2);',
      "ALTER TABLE s.parent ADD COLUMN late text DEFAULT 'x, (y'::text NOT NULL;",
      "ALTER TABLE s.parent ADD CONSTRAINT c CHECK ((late <> ');'::text));",
      "ALTER TABLE ONLY s.child ALTER COLUMN late SET STATISTICS 9;",
      holder.sql,
    ]);
  });

  it.each([
    [
      "the archive creates that order",
      [order("parent", "a, late", ""), order("child", 'a, late, "b, c"', "s.parent")],
    ],
    ["the backup does not name the order", []],
    ["a parent is not in the archive", [order("child", 'a, "b, c", late', "other.parent")]],
  ])("stay as they are if %s", (_, access) => {
    expect(withColumnOrder(entries, access)).toEqual(entries);
  });
});
