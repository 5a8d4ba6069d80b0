import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localAccessToken } from "../../local/environment";
import { fingerprint, readCatalog } from "../../plugins/supabasex/provider/sqlBundle/catalog";
import { createTestStack, type TestStack } from "../support/testStack";

// The whole local stack on the real engine: first deployment, no changes, and files with errors.
let database: pg.Client;
let stack: TestStack;

beforeAll(async () => {
  stack = await createTestStack();
});

afterAll(async () => {
  await stack?.remove();
});

/** Returns the projects that the Management API returns. */
async function projects(): Promise<unknown> {
  const response = await fetch(`${stack.services.supabase.endpoint}/v1/projects`, {
    headers: { Authorization: `Bearer ${localAccessToken}` },
  });
  return await response.json();
}

const migration = (name: string) => path.join(stack.project, "sql/migrations", name);

test("the first preview lists what would run, and changes nothing", async () => {
  const preview = await stack.pulumi("preview");

  expect(preview.exitCode, preview.output).toBe(0);
  expect(preview.output).toContain("migrations/20261122100000_create_schemas.sql");
  expect(await projects()).toEqual([]);
});

test("up, then up again: nothing to do; then refresh: nothing has drifted", async () => {
  const first = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(first.exitCode, first.output).toBe(0);
  database = await stack.database();

  const second = await stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  const refresh = await stack.pulumi("refresh", "--preview-only", "--expect-no-changes");

  expect(second.exitCode, second.output).toBe(0);
  expect(refresh.exitCode, refresh.output).toBe(0);
});

test("a migration with a typing error fails the preview like a compiler, and leaves the database unchanged", async () => {
  const before = fingerprint(await readCatalog(database));
  const file = migration("20270101000000_add_loyalty.sql");
  await writeFile(
    file,
    "-- Points of a customer.\nalter table shared.customers\n  add colum points integer;\n",
  );

  const preview = await stack.pulumi("preview", "--refresh=false");

  expect(preview.exitCode).toBe(1);
  expect(preview.output).toContain("sql/migrations/20270101000000_add_loyalty.sql:3:");
  expect(preview.output).toMatch(/ {2}add colum points integer;\n.*\^/);
  expect(fingerprint(await readCatalog(database))).toBe(before);
  await rm(file);
});

test("a migration that refers to a missing object is detected by executing it, before up", async () => {
  const before = fingerprint(await readCatalog(database));
  const file = migration("20270101000000_index_missing_column.sql");
  await writeFile(file, "create index customers_points on shared.customers (points);\n");

  const preview = await stack.pulumi("preview", "--refresh=false");

  expect(preview.exitCode).toBe(1);
  expect(preview.output).toContain('column "points" does not exist');
  expect(preview.output).toContain("42703");
  expect(fingerprint(await readCatalog(database))).toBe(before);
  await rm(file);
});

test("no password is in the state or in the output", async () => {
  const exported = await stack.pulumi("stack", "export");
  const printed = await stack.pulumi("up", "--yes", "--diff", "--skip-preview");

  // The stack's own passwords, and as a control a text that is not a secret.
  for (const password of ["test-password", "thorbis-local-postgres"]) {
    expect(exported.output).not.toContain(password);
    expect(printed.output).not.toContain(password);
  }
  expect(exported.output).toContain("app_owner");
});

test("destroying an unprotected stack leaves nothing at the API", async () => {
  // Its server is deleted, too.
  await database.end();

  const destroyed = await stack.pulumi("destroy", "--yes", "--skip-preview");

  expect(destroyed.exitCode, destroyed.output).toBe(0);
  expect(await projects()).toEqual([]);
});
