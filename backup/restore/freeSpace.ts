import { statfs } from "node:fs/promises";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { formatBytes } from "../output";

const thisMachine: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

export interface SpaceChecks {
  readonly manifest: Pick<Manifest, "databaseBytes">;
  readonly settings: DatabaseSettings;
  /** Whether the target's contents are removed first. */
  readonly isEmptied: boolean;
  readonly progress: (line: string) => void;
}

/**
 * Checks that the target's disk has space for the database, before anything is removed. PostgreSQL does not report the
 * free space, so this only works for a server on this machine. Otherwise a line says that it was not checked.
 * @throws UserError with the free space and the size of the database
 */
export async function requireSpace(client: pg.Client, checks: SpaceChecks): Promise<void> {
  const { manifest, settings, isEmptied, progress } = checks;
  const { databaseBytes } = manifest;
  if (databaseBytes === undefined) return;
  const disk = await readDisk(client, settings);
  if (disk === undefined) {
    progress(
      `not checked: whether the disk of ${settings.host} has room for ${formatBytes(databaseBytes)}, the size of the database at the backup`,
    );
    return;
  }
  const needed = databaseBytes - (isEmptied ? disk.usedBytes : 0);
  if (disk.freeBytes >= needed) return;
  throw new UserError(
    `Nothing was restored: the database takes ${formatBytes(databaseBytes)}, but ${disk.folder} has only ${formatBytes(disk.freeBytes)} free${isEmptied ? `, and the restore would free ${formatBytes(disk.usedBytes)}` : ""}; use a larger disk.`,
    exitCodes.targetRefused,
  );
}

interface Disk {
  readonly folder: string;
  readonly freeBytes: number;
  /** Of the target's database. */
  readonly usedBytes: number;
}

async function readDisk(client: pg.Client, { host }: DatabaseSettings): Promise<Disk | undefined> {
  if (!thisMachine.has(host)) return undefined;
  try {
    const { rows } = await client.query<{ folder: string; used: string }>(
      "select current_setting('data_directory') as folder, pg_database_size(current_database())::text as used",
    );
    const [{ folder, used } = { folder: "", used: "0" }] = rows;
    const { bavail, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize, usedBytes: Number(used) };
  } catch {
    // The role may not read the setting, or the server runs elsewhere behind a forwarded port.
    return undefined;
  }
}
