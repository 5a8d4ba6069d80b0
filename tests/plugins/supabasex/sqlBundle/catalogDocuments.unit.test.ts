import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { kindsOf } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/statement";
import { handMadeChanges, harmlessChanges } from "../../../support/drift";
import { driftPage } from "../../../support/drift/document";

const docs = path.resolve(__dirname, "../../../../docs");

test("docs/drift.md is what the drift tests do", async () => {
  await expect(driftPage()).toMatchFileSnapshot(path.join(docs, "drift.md"));
});

test("every change has a name of its own, and they are as many as promised", () => {
  const names = [...handMadeChanges, ...harmlessChanges].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(handMadeChanges.length).toBeGreaterThanOrEqual(40);
  expect(harmlessChanges.length).toBeGreaterThanOrEqual(15);
});

test("docs/sql-catalog-coverage.md names every property that is read", async () => {
  const page = await readFile(path.join(docs, "sql-catalog-coverage.md"), "utf8");
  const unnamed = kindsOf({ cronJobs: true, buckets: true })
    .flatMap(({ properties }) => Object.keys(properties))
    .filter((property) => !page.includes(`\`${property}\``));
  expect([...new Set(unnamed)]).toEqual([]);
});
