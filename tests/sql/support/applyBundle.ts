import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "pg";

/** The bundle of this repository. */
export const sqlDirectory = path.join(__dirname, "..", "..", "..", "sql");

/** SQLSTATEs of a file that ran before an object that it needs was created. */
const notYetThere = new Set(["42P01", "42883", "42704", "3F000"]);

export interface BundleFile {
  /** Relative to the bundle, with forward slashes. */
  readonly path: string;
  readonly sql: string;
}

/** Reads the SQL files below a folder of the bundle, by path. */
export function readBundleFiles(folder: "migrations" | "repeatable" | "diagnostics"): BundleFile[] {
  return readdirSync(path.join(sqlDirectory, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sql"))
    .map((name) => `${folder}/${name.split(path.sep).join("/")}`)
    .sort()
    .map((name) => ({ path: name, sql: readFileSync(path.join(sqlDirectory, name), "utf8") }));
}

/**
 * Applies the whole bundle to a database that has the roles and extensions, like the deployer: each migration in its own
 * transaction, all repeatables in one, where a file runs after those that it needs.
 *
 * @param client connected as the deploying role, `postgres`
 */
export async function applyBundle(client: Client): Promise<void> {
  for (const file of readBundleFiles("migrations")) {
    await inTransaction(client, () => run(client, file));
  }
  await inTransaction(client, () => applyRepeatables(client, readBundleFiles("repeatable")));
}

/** Runs repeatables until all have succeeded; fails if a whole round makes no progress. */
async function applyRepeatables(client: Client, files: readonly BundleFile[]): Promise<void> {
  let waiting = files;
  while (waiting.length > 0) {
    const next: BundleFile[] = [];
    let reason: unknown;
    for (const file of waiting) {
      await client.query("savepoint file");
      try {
        await run(client, file);
        await client.query("release savepoint file");
      } catch (error) {
        if (!notYetThere.has((error as { cause?: { code?: string } }).cause?.code ?? "")) throw error;
        reason = error;
        next.push(file);
        await client.query("rollback to savepoint file");
      }
    }
    if (next.length === waiting.length) throw reason;
    waiting = next;
  }
}

async function run(client: Client, file: BundleFile): Promise<void> {
  await client.query("reset role; set local search_path = ''");
  try {
    await client.query(file.sql);
  } catch (error) {
    throw new Error(`${file.path}: ${(error as Error).message}`, { cause: error });
  }
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query("begin");
  try {
    await work();
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
