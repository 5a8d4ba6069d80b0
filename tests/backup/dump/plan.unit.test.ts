import { describe, expect, it } from "vitest";
import { groupBySize, largestFirst, pattern, planArchives } from "../../../backup/dump/plan";
import type { Inventory, Relation } from "../../../backup/postgres/inventory";
import { fc, test } from "../../support/properties";

const megabyte = 1024 * 1024;
const table = (name: string, megabytes = 0): Relation => ({ schema: "s", name, bytes: megabytes * megabyte });

const inventory = (change: Partial<Inventory> = {}): Inventory => ({
  schemas: [],
  roles: [],
  extensions: [],
  tables: [],
  sequences: [],
  authTables: [],
  storageTables: [],
  largeObjects: 0,
  ...change,
});

describe("the archives of a backup", () => {
  it("are the schema alone for an empty database", () => {
    expect(planArchives(inventory(), 4)).toEqual([
      {
        name: "schema.dump.zst",
        content: "schema",
        arguments: ["--schema-only", "--no-subscriptions"],
        bytes: 0,
      },
    ]);
  });

  it("hold each table once, and what belongs to the platform apart", () => {
    const archives = planArchives(
      inventory({
        tables: [table("a", 1), table("b", 2)],
        sequences: [table("q")],
        authTables: [{ schema: "auth", name: "users", bytes: 0 }],
        largeObjects: 1,
      }),
      4,
    );
    expect(archives.map(({ name, arguments: given }) => [name, given.slice(1)])).toEqual([
      ["schema.dump.zst", ["--no-subscriptions"]],
      ["data-001.dump.zst", ['--table="s"."b"', '--table="s"."a"', '--table="s"."q"']],
      ["auth.dump.zst", ['--table="auth"."users"']],
      ["large-objects.dump.zst", ["--blobs", "--exclude-table-data=*.*"]],
    ]);
  });

  it("are split when there is much, and the largest is dumped first", () => {
    const archives = planArchives(
      inventory({ tables: [table("a", 100), table("b", 500), table("c", 90)] }),
      4,
    );
    expect(largestFirst(archives).map(({ bytes }) => bytes / megabyte)).toEqual([500, 100, 90, 0]);
  });

  it("name a table by a pattern that means nothing else", () => {
    expect(pattern({ schema: 'a"b', name: "c.*|d" })).toBe('"a""b"."c.*|d"');
  });
});

describe("groups of tables", () => {
  const relations = fc.array(
    fc.record({ schema: fc.constant("s"), name: fc.string(), bytes: fc.nat(2 ** 40) }),
    {
      maxLength: 200,
    },
  );

  test.prop([relations, fc.integer({ min: 1, max: 64 })])("hold every table exactly once", (tables, most) => {
    const grouped = groupBySize(tables, most).flat();
    expect(new Set(grouped)).toEqual(new Set(tables));
    expect(grouped).toHaveLength(tables.length);
  });

  test.prop([relations, fc.integer({ min: 1, max: 64 })])("are none of them empty", (tables, most) => {
    expect(groupBySize(tables, most).filter((group) => group.length === 0)).toEqual([]);
  });

  it("never make a command line too long for the system", () => {
    const tables = Array.from({ length: 20_000 }, (_, index) => table(`${"x".repeat(50)}${index}`));
    for (const group of groupBySize(tables, 1)) {
      const length = group.reduce((sum, relation) => sum + `--table=${pattern(relation)}`.length, 0);
      expect(length).toBeLessThanOrEqual(60_000);
    }
  });
});
