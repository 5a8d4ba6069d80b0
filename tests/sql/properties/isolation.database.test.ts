import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { isolationProperty } from "./isolationProperty";

/** The long run is tests/sql/soak.ts. */
const statements = 500;

let database: BundledDatabase;

beforeAll(async () => {
  database = await startBundledDatabase();
});

afterAll(async () => await database.remove());

test(`${statements} random statements never show or change another tenant's row`, async () => {
  const count = { refused: 0, reached: 0, nothing: 0 };
  const property = isolationProperty(database.postgres, (ending) => {
    count[ending]++;
  });

  // On failure the message has the seed, the path and the smallest case.
  await fc.assert(property, { numRuns: Math.ceil(statements / 10), verbose: fc.VerbosityLevel.Verbose });

  expect(count.refused + count.reached + count.nothing).toBeGreaterThanOrEqual(statements);
  // The property would be meaningless without successful statements: many must have affected the sender's own rows.
  expect(count.reached).toBeGreaterThan(statements / 20);
});

test("control: detects one weakened policy", async () => {
  await database.postgres.query(`
    alter policy tenant_isolation on retail.products using (tenant_id is not null) with check (true)`);
  const property = isolationProperty(database.postgres, () => undefined);

  const found = await fc.check(property, { numRuns: 200, seed: 1, endOnFailure: true });

  expect(found.failed).toBe(true);
  expect(String(found.errorInstance)).toMatch(/returned rows of|changed retail\.products/);
});
