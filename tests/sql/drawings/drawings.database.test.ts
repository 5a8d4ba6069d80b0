import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { drawAccess } from "./accessDrawing";
import { drawSchema } from "./schemaDrawing";

// The drawings in docs/ show the catalog. Stale ones fail; `npm test -- tests/sql/drawings --update` renews them.

let database: BundledDatabase;

beforeAll(async () => {
  database = await startBundledDatabase();
});

afterAll(async () => await database.remove());

const file = (name: string): string => path.join(__dirname, "..", "..", "..", "docs", name);

test("docs/schema.svg is up to date", async () => {
  await expect(await drawSchema(database.postgres)).toMatchFileSnapshot(file("schema.svg"));
});

test("docs/access.svg is up to date", async () => {
  await expect(await drawAccess(database.postgres)).toMatchFileSnapshot(file("access.svg"));
});

test("control: a new column and a new privilege change the drawings", async () => {
  const { postgres } = database;
  const before = [await drawSchema(postgres), await drawAccess(postgres)];
  await postgres.query("begin");
  await postgres.query(
    "alter table retail.orders add column surprise text; grant delete on shared.metrics to authenticated",
  );
  const after = [await drawSchema(postgres), await drawAccess(postgres)];
  await postgres.query("rollback");

  expect(after[0]).toContain("surprise");
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});
