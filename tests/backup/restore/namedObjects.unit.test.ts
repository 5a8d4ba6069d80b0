import pg from "pg";
import { describe, expect, it } from "vitest";
import { NamedObjects } from "../../../backup/restore/namedObjects";
import type { SchemaEntry } from "../../../backup/restore/schemaArchive";
import type { SchemaWriter } from "../../../backup/restore/schemaWriter";

const entry = (kind: string, tag: string): SchemaEntry => ({
  ...{ id: 1, kind, schema: "shop", tag, owner: "app", needs: [], sql: "" },
});
const index = entry("INDEX", "orders_at");
const key = entry("CONSTRAINT", "orders odd key");
const trigger = entry("TRIGGER", "orders missing");

/** Fails like loading a value that names this relation, until the relation exists. */
function loading(relation: string, written: readonly SchemaEntry[], needed: SchemaEntry) {
  return async (): Promise<string> => {
    if (written.includes(needed)) return "loaded";
    const cause = new pg.DatabaseError(`relation "${relation}" does not exist`, 0, "error");
    cause.code = "42P01";
    throw new Error("Restoring the rows failed.", { cause });
  };
}

function prepare(): { written: SchemaEntry[]; named: NamedObjects } {
  const written: SchemaEntry[] = [];
  const writer = { write: async (entries: readonly SchemaEntry[]) => void written.push(...entries) };
  return { written, named: new NamedObjects(writer as unknown as SchemaWriter, [index, key, trigger]) };
}

describe("rows that name objects which follow the rows", () => {
  it.each([
    ["shop.orders_at", index],
    ["shop.odd key", key],
  ])("are loaded after %s", async (relation, needed) => {
    const { written, named } = prepare();
    const load = loading(relation, written, needed);
    expect(await Promise.all([named.retry(load), named.retry(load)])).toEqual(["loaded", "loaded"]);
    expect(written).toEqual([needed]);
    expect(named.rest()).toEqual([index, key, trigger].filter((other) => other !== needed));
  });

  it("fail with the server's error if the archive has no such object, or it does not help", async () => {
    const { written, named } = prepare();
    await expect(named.retry(loading("shop.missing", written, trigger))).rejects.toThrow(
      "Restoring the rows",
    );
    await expect(named.retry(loading("shop.orders_at", written, trigger))).rejects.toThrow(
      "Restoring the rows",
    );
    expect(written).toEqual([index]);
  });
});
