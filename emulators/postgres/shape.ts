import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { sourceFolder } from "./folders";

/** A file in `shape/`: one part of a new hosted project. */
export interface ShapeFile {
  readonly name: string;
  readonly sql: string;
}

/** Returns the files in the order in which they run, the order of their names. */
export function readShape(): ShapeFile[] {
  const folder = path.join(sourceFolder(), "shape");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") }));
}

/** Creates the objects of a hosted project in a new cluster, as supabase_admin in the database postgres. */
export async function shapeDatabase(client: pg.Client): Promise<void> {
  for (const { name, sql } of readShape()) {
    try {
      await client.query(sql);
    } catch (error) {
      throw new Error(`shape/${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Creates the partitions of realtime.messages from yesterday to three days ahead. Idempotent. */
export async function makeRealtimePartitions(client: pg.Client): Promise<void> {
  await client.query(readSql("start/realtime_partitions.sql"));
}

/** Grants the API roles access to new objects of `postgres` and `supabase_admin` in `public`, as on projects before 2026-05-30. */
export async function grantLegacyDefaultPrivileges(client: pg.Client): Promise<void> {
  await client.query(readSql("start/legacy_default_privileges.sql"));
}

function readSql(name: string): string {
  return readFileSync(path.join(sourceFolder(), name), "utf8");
}
