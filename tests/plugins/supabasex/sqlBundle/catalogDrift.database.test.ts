import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Addresses,
  type Catalog,
  type CatalogDifference,
  diffCatalogs,
  differencePath,
  diffTraced,
  fingerprint,
  managedPart,
  readCatalog,
  readCatalogReading,
  traceObjects,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  type Severity,
  severities,
  severityOf,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { startTestCluster, type TestCluster } from "../../../support/cluster";
import { bundleChanges, harmlessChanges, makeDriftWorld } from "../../../support/drift";
import { sliceOnServer } from "../../../support/slice";

let cluster: TestCluster;
let reader: pg.Client;
let hands: Readonly<Record<"postgres" | "supabase_admin", pg.Client>>;
let expected: Catalog;
let addresses: Addresses;

beforeAll(async () => {
  cluster = await startTestCluster();
  reader = await cluster.client();
  hands = { postgres: await cluster.client(), supabase_admin: await cluster.client("supabase_admin") };
  ({ expected, addresses } = await makeDriftWorld(reader));
});

afterAll(async () => {
  await cluster?.remove();
});

const worstFirst = (one: Severity, other: Severity) => severities.indexOf(one) - severities.indexOf(other);

async function found(): Promise<CatalogDifference[]> {
  const reading = await readCatalogReading(reader);
  const differences = diffTraced(expected, traceObjects(expected, reading, addresses));
  // As the next up would record them: what was dropped and recreated has another address.
  if (differences.length === 0) addresses = reading.addresses;
  return differences;
}

const report = (difference: CatalogDifference) => `${difference.kind} ${differencePath(difference)}`;

async function runInTransaction(client: pg.Client, statements: string): Promise<void> {
  await client.query("begin");
  try {
    await client.query(statements);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

test("nothing is reported for an unchanged database", async () => {
  const live = await readCatalog(reader);
  expect(diffCatalogs(expected, live)).toEqual([]);
  expect(managedPart(expected, live)).toEqual(expected);
});

describe("a manual change is reported by object and property until it is reverted", () => {
  const cases = sliceOnServer(bundleChanges, { first: 3, second: 8 }).map(
    (change) => [change.name, change] as const,
  );
  test.each(cases)("%s", async (_, made) => {
    const hand = hands[made.as ?? "postgres"];
    await runInTransaction(hand, made.change);
    const differences = await found();
    expect(differences.map(report)).toEqual(made.reports);
    expect(differences.map(severityOf).sort(worstFirst)[0]).toBe(made.severity);

    await runInTransaction(hand, made.reverse);
    expect((await found()).map(report)).toEqual([]);
  });
});

describe("normal activity of a database is not reported", () => {
  test.each(harmlessChanges.map((change) => [change.name, change] as const))("%s", async (_, harmless) => {
    const before = fingerprint(managedPart(expected, await readCatalog(reader)));
    const hand = harmless.inTheReadersSession === true ? reader : hands[harmless.as ?? "postgres"];
    for (const statement of harmless.statements) await hand.query(statement);

    const live = await readCatalog(reader);
    expect(diffCatalogs(expected, live)).toEqual([]);
    expect(fingerprint(managedPart(expected, live))).toBe(before);
  });
});
