import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { sourceFolder } from "./folders";

/** One file of `shape/`: one subject of what a hosted project has at birth. */
export interface ShapeFile {
  readonly name: string;
  readonly sql: string;
}

/** The files in the order in which they run, which their names tell. */
export function readShape(): ShapeFile[] {
  const folder = path.join(sourceFolder(), "shape");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") }));
}

/** Shapes a new cluster like a hosted project; run as supabase_admin on the database postgres. */
export async function shapeDatabase(client: pg.Client): Promise<void> {
  for (const { name, sql } of readShape()) {
    try {
      await client.query(sql);
    } catch (error) {
      throw new Error(`shape/${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Gives the realtime messages of yesterday to three days ahead a partition to go to; idempotent. */
export async function makeRealtimePartitions(client: pg.Client): Promise<void> {
  await client.query(readSql("start/realtime_partitions.sql"));
}

/** Opens what `postgres` and `supabase_admin` make in `public` to the API roles, as projects did before 2026-05-30. */
export async function grantLegacyDefaultPrivileges(client: pg.Client): Promise<void> {
  await client.query(readSql("start/legacy_default_privileges.sql"));
}

function readSql(name: string): string {
  return readFileSync(path.join(sourceFolder(), name), "utf8");
}
