import { describe, expect, it } from "vitest";
import { groupBySize, planDump } from "../../../backup/dump/plan";
import type { Inventory, Table } from "../../../backup/postgres/inventory";
import { fc, test } from "../../support/properties";

const megabyte = 1024 * 1024;
const table = (name: string, megabytes = 0, schema = "s"): Table => ({
  schema,
  name,
  bytes: megabytes * megabyte,
  columns: ["id"],
});

const inventory = (change: Partial<Inventory> = {}): Inventory => ({
  schemas: [],
  roles: [],
  extensions: [],
  tables: [],
  sequences: [],
  authTables: [],
  storageTables: [],
  extensionTables: [],
  largeObjects: 0,
  databaseBytes: 0,
  ...change,
});

describe("the objects of a backup", () => {
  it("are only the schema for an empty database", () => {
    expect(planDump(inventory(), 4)).toEqual({
      archives: [
        { name: "schema.dump.zst", content: "schema", arguments: ["--schema-only", "--no-subscriptions"] },
      ],
      rows: [],
    });
  });

  it("contain each table once, and separate the platform and each extension", () => {
    const { archives, rows } = planDump(
      inventory({
        tables: [table("a", 1), table("b", 2)],
        authTables: [table("users", 0, "auth")],
        storageTables: [table("buckets", 0, "storage")],
        extensionTables: [
          { ...table("spatial_ref_sys"), extension: "postgis", condition: "" },
          { ...table("words"), extension: "odd name", condition: "where id > 1" },
        ],
        largeObjects: 1,
      }),
      4,
    );
    expect(archives.map(({ name }) => name)).toEqual(["schema.dump.zst", "large-objects.dump.zst"]);
    expect(rows.map(({ name, content, tables }) => [name, content, tables.map((t) => t.name)])).toEqual([
      ["data-001.sql.zst", "data", ["b", "a"]],
      ["auth.sql.zst", "auth", ["users"]],
      ["storage.sql.zst", "storage", ["buckets"]],
      ["extension-postgis.sql.zst", "extension data", ["spatial_ref_sys"]],
      ["extension-odd_name.sql.zst", "extension data", ["words"]],
    ]);
  });

  it("are as many as may run in parallel for a large database", () => {
    const { rows } = planDump(inventory({ tables: [table("a", 100), table("b", 500), table("c", 90)] }), 2);
    expect(rows.map(({ name, bytes }) => [name, bytes / megabyte])).toEqual([
      ["data-001.sql.zst", 500],
      ["data-002.sql.zst", 190],
    ]);
  });
});

describe("groups of tables", () => {
  const tables = fc.array(
    fc.record({
      schema: fc.constant("s"),
      name: fc.string(),
      bytes: fc.nat(2 ** 40),
      columns: fc.constant([]),
    }),
    { maxLength: 200 },
  );

  test.prop([tables, fc.integer({ min: 1, max: 64 })])(
    "contain every table exactly once",
    (all, maxGroups) => {
      const grouped = groupBySize(all, maxGroups).flat();
      expect(new Set(grouped)).toEqual(new Set(all));
      expect(grouped).toHaveLength(all.length);
    },
  );

  test.prop([tables, fc.integer({ min: 1, max: 64 })])("are never empty", (all, maxGroups) => {
    const groups = groupBySize(all, maxGroups);
    expect(groups.filter((group) => group.length === 0)).toEqual([]);
    expect(groups.length).toBeLessThanOrEqual(maxGroups);
  });
});
