import pg from "pg";
import { describe, expect, it } from "vitest";
import { NamedObjects } from "../../../backup/restore/namedObjects";
import type { SchemaEntry } from "../../../backup/restore/schemaArchive";
import type { SchemaWriter } from "../../../backup/restore/schemaWriter";

const entry = (
  id: number,
  kind: string,
  tag: string,
  { needs = [] }: { readonly needs?: readonly number[] | undefined } = {},
): SchemaEntry => ({
  ...{ id, kind, schema: "shop", tag, owner: "app", needs, sql: "" },
});
const index = entry(1, "INDEX", "orders_at");
const key = entry(2, "CONSTRAINT", "orders odd key");
const trigger = entry(3, "TRIGGER", "orders missing");
const grouped = entry(4, "FUNCTION", "Name of(integer)", { needs: [2] });
const several = entry(5, "FUNCTION", 'total(integer, timestamp with time zone, shop."Kind of"[])');

/** Fails like loading a value that names this relation or function, until it exists. */
function loading(named: string, written: readonly SchemaEntry[], needed: SchemaEntry) {
  return async (): Promise<string> => {
    if (written.includes(needed)) return "loaded";
    const isFunction = needed.kind === "FUNCTION";
    const cause = new pg.DatabaseError(
      `${isFunction ? "function" : "relation"} "${named}" does not exist`,
      0,
      "error",
    );
    cause.code = isFunction ? "42883" : "42P01";
    throw new Error("Restoring the rows failed.", { cause });
  };
}

function prepare(): { written: SchemaEntry[]; named: NamedObjects } {
  const written: SchemaEntry[] = [];
  const writer = { write: async (entries: readonly SchemaEntry[]) => void written.push(...entries) };
  return {
    written,
    named: new NamedObjects(writer as unknown as SchemaWriter, [index, key, trigger, grouped, several]),
  };
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
    expect(named.rest()).toEqual([index, key, trigger, grouped, several].filter((other) => other !== needed));
  });

  it.each(['shop."Name of"(integer)', 'shop."Name of"'])(
    "are loaded after the function %s and what it needs",
    async (name) => {
      const { written, named } = prepare();
      expect(await named.retry(loading(name, written, grouped))).toBe("loaded");
      expect(written).toEqual([key, grouped]);
      expect(named.rest()).toEqual([index, trigger, several]);
    },
  );

  it.each(['shop.total(integer,timestamp with time zone,shop."Kind of"[])', "shop.total"])(
    "are loaded after the function with several arguments %s",
    async (name) => {
      const { written, named } = prepare();
      expect(await named.retry(loading(name, written, several))).toBe("loaded");
      expect(written).toEqual([several]);
    },
  );

  it("fail if they name a function with other arguments", async () => {
    const { written, named } = prepare();
    await expect(named.retry(loading("shop.total(integer)", written, several))).rejects.toThrow(
      "Restoring the rows",
    );
    expect(written).toEqual([]);
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
