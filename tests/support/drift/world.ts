import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import {
  type Addresses,
  type Catalog,
  extendExpectation,
  readCatalogInTransaction,
} from "../../../plugins/supabasex/provider/sqlBundle/catalog";

/** A bundle with one or more of every kind of object that drift is looked for in. */
export const driftBundleDirectory = path.join(__dirname, "bundle");

/** What the stack has made before its bundle is applied. As role postgres. */
export const driftPrerequisites = `
create role app_owner nologin;
grant app_owner to postgres;
create extension pg_cron;`;

/** Applies the bundle as role postgres in one transaction; answers what it is then expected to have made, and where. */
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
