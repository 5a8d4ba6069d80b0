import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import {
  type Addresses,
  type Catalog,
  extendExpectation,
  readCatalogInTransaction,
} from "../../../plugins/supabasex/provider/sqlBundle/catalog";

/** A bundle with at least one object of every kind for which drift is detected. */
export const driftBundleDirectory = path.join(__dirname, "bundle");

/** Objects that the stack creates before it applies the bundle, as role postgres. */
export const driftPrerequisites = `
create role app_owner nologin;
grant app_owner to postgres;
create extension pg_cron;
create extension ltree schema extensions version '1.1';`;

/** Applies the bundle as role postgres in one transaction. Returns the expectation and the addresses. */
export async function makeDriftWorld(
  client: pg.Client,
): Promise<{ expected: Catalog; addresses: Addresses }> {
  await client.query(driftPrerequisites);
  await client.query("begin");
  const before = await readCatalogInTransaction(client);
  for (const file of await bundleFiles()) {
    await client.query(await readFile(file, "utf8"));
  }
  const after = await readCatalogInTransaction(client);
  await client.query("commit");
  return { expected: extendExpectation({}, before, after), addresses: after.addresses };
}

async function bundleFiles(): Promise<string[]> {
  const folders = ["migrations", "repeatable"].map((name) => path.join(driftBundleDirectory, name));
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).sort().map((name) => path.join(folder, name))),
  );
  return files.flat();
}
