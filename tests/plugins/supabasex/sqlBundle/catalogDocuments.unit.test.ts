import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { kindsOf } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/statement";
import { bundleChanges, harmlessChanges } from "../../../support/drift";
import { driftPage } from "../../../support/drift/document";
import { postureChanges } from "../../../support/drift/postureChanges";

const docs = path.resolve(__dirname, "../../../../docs");

test("docs/drift.md lists what the drift tests do", async () => {
  await expect(driftPage()).toMatchFileSnapshot(path.join(docs, "drift.md"));
});

test("every change has a unique name, and there are as many as documented", () => {
  const names = [...bundleChanges, ...postureChanges, ...harmlessChanges].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(bundleChanges.length + postureChanges.length).toBeGreaterThanOrEqual(200);
  expect(postureChanges.length).toBeGreaterThanOrEqual(60);
  expect(harmlessChanges.length).toBeGreaterThanOrEqual(15);
});

test("docs/sql-catalog-coverage.md lists every property that is read", async () => {
  const page = await readFile(path.join(docs, "sql-catalog-coverage.md"), "utf8");
  const unnamed = kindsOf({
    serverMajor: 17,
    cronJobs: true,
    buckets: true,
    accounts: true,
    versioned: ["auth", "realtime", "storage"],
    signIn: ["oauth_clients", "saml_providers", "sso_domains", "sso_providers"],
  })
    .flatMap(({ properties }) => Object.keys(properties))
    .filter((property) => !page.includes(`\`${property}\``));
  expect([...new Set(unnamed)]).toEqual([]);
});
