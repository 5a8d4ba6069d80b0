import { describe, expect, it } from "vitest";
import { orderOfAdditions, withColumnOrder } from "../../../backup/restore/columnOrder";

/** @param names of all columns, and of those that the table itself declares */
const table = (name: string, parents: readonly string[], [columns, own]: readonly [string, string]) => ({
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
      table("p", [], ["a late", "a late"]),
      table("child", ["p"], ["a b late more", "b more"]),
      table("grandchild", ["child"], ["a b d late more", "d"]),
      table("after", ["p"], ["a late y", "y"]),
    ];

    expect(shown(tables)).toEqual(["p.a", "child.b", "grandchild.d", "p.late", "child.more", "after.y"]);
  });

  it("lets a child declare a column before its parent, with which it is merged", () => {
    const tables = [table("p", [], ["b a", "b a"]), table("c", ["p"], ["a x b", "a x b"])];

    expect(shown(tables)).toEqual(["c.a", "c.x", "c.b", "p.b", "p.a"]);
  });

  it("does not exist if two tables contradict each other", () => {
    expect(shown([table("p", [], ["a b", "a b"]), table("c", ["p"], ["b a", ""])])).toBeUndefined();
  });

  it("is found for a tree in which the ways to the first table double with each level", () => {
    const columns = ["top"];
    const tables = [table("top", [], ["top late", "top late"])];
    let below = "top";
    for (let level = 1; level <= 40; level += 1) {
      const [left, right, bottom] = [`left${level}`, `right${level}`, `bottom${level}`];
      tables.push(table(left, [below], [[...columns, left, "late"].join(" "), left]));
      tables.push(table(right, [below], [[...columns, right, "late"].join(" "), right]));
      columns.push(left, right, bottom);
      tables.push(table(bottom, [left, right], [[...columns, "late"].join(" "), bottom]));
      below = bottom;
    }

    expect(shown(tables)?.at(-1)).toBe("top.late");
  });

  it("is found for a tree with 1,000 children and 20,000 columns", () => {
    const names = Array.from({ length: 20 }, (_, nth) => `c${nth}`);
    const children = Array.from({ length: 1_000 }, (_, nth) =>
      table(`child${nth}`, ["p"], [["a", ...names, "late"].join(" "), names.join(" ")]),
    );
    const tables = [table("p", [], ["a late", "a late"]), ...children];

    const additions = orderOfAdditions(tables);

    expect(additions?.length).toBe(20_002);
    expect(additions?.at(-1)).toEqual({
      ...{ table: "p", column: "late" },
      gainedBy: tables.map(({ name }) => name),
    });
  });
});

describe("the entries of a tree whose columns have another order", () => {
  const entry = (tag: string, sql: string, { id = 1, needs = [] as number[], kind = "TABLE" } = {}) => ({
    ...{ id, kind, schema: "s", tag, owner: "app", needs },
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
  const holder = entry("holder", "CREATE TABLE s.holder (\n    c s.parent\n);", { id: 2, needs: [1] });
  const ids = entry("ids", "CREATE SEQUENCE s.ids;", { id: 3, kind: "SEQUENCE" });
  const child = entry(
    "child",
    "CREATE TABLE s.child (\n    \"b, c\" numeric(5,2)\n)\nINHERITS (s.parent)\nWITH (fillfactor='50');\nALTER TABLE ONLY s.child ALTER COLUMN late SET STATISTICS 9;\n\n\nALTER TABLE s.child OWNER TO app;",
    { id: 4, needs: [1, 3] },
  );
  const entries = [parent, holder, ids, child];

  it("create the tables without columns, and add these one by one", () => {
    const access = [order("parent", "a, late", ""), order("child", 'a, "b, c", late', "s.parent")];

    expect(withColumnOrder(entries, access).map(({ sql }) => sql)).toEqual([
      ids.sql,
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

  it("add a column without its default if a column has a row type of the tree", () => {
    const access = [order("parent", "a, late", ""), order("child", "a, b, late", "s.parent")];
    const own = entry("child", "CREATE TABLE s.child (\n    b s.parent[]\n)\nINHERITS (s.parent);");

    expect(withColumnOrder([parent, own], access).map(({ sql }) => sql)).toEqual([
      "CREATE TABLE s.parent (\n);\n\nALTER TABLE s.parent OWNER TO app;",
      "CREATE TABLE s.child (\n)\nINHERITS (s.parent);",
      "ALTER TABLE s.parent ADD COLUMN a integer;",
      "ALTER TABLE s.child ADD COLUMN b s.parent[];",
      "ALTER TABLE s.parent ADD COLUMN late text NOT NULL;",
      "ALTER TABLE ONLY s.parent ALTER COLUMN late SET DEFAULT 'x, (y'::text;",
      "ALTER TABLE ONLY s.child ALTER COLUMN late SET DEFAULT 'x, (y'::text;",
      "ALTER TABLE s.parent ADD CONSTRAINT c CHECK ((late <> ');'::text));",
    ]);
  });

  it.each([
    [
      "a generated column",
      "b s.parent,\n    g text GENERATED ALWAYS AS ((x || 'y'::text)) STORED",
      "a, b, g, late",
    ],
    ["a type of the application", "b s.parent,\n    g s.positive", "a, b, g, late"],
  ])("stay as they are if a column has a row type of the tree, and there is %s", (_, columns, names) => {
    const access = [order("parent", "a, late", ""), order("child", names, "s.parent")];
    const of = (text: string) => [
      parent,
      entry("child", `CREATE TABLE s.child (\n    ${text}\n)\nINHERITS (s.parent);`),
    ];

    expect(withColumnOrder(of(columns), access)).toEqual(of(columns));
    // The control: without a row type.
    const plain = of(columns.replace("b s.parent", "b integer"));
    expect(withColumnOrder(plain, access)).not.toEqual(plain);
  });

  it("stay as they are if a table needs something that needs another one", () => {
    const access = [order("parent", "a, late", ""), order("child", 'a, "b, c", late', "s.parent")];
    const entangled = [parent, holder, ids, { ...child, needs: [1, 2] }];

    expect(withColumnOrder(entangled, access)).toEqual(entangled);
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
