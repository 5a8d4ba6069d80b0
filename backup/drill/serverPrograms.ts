import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { holdsPrograms, postgresqlFolders } from "../../foundation/postgresqlPrograms";

/** An installed server. */
export interface ServerPrograms {
  readonly folder: string;
  readonly major: number;
  /** Whether pg_cron is installed with it. */
  readonly hasCron: boolean;
}

/**
 * Returns the server programs of a major version or the next newer one, because a server cannot read a newer version's
 * backup.
 * @throws Error if there are none; the drill does not run then
 */
export async function findServerPrograms(major: number): Promise<ServerPrograms> {
  const { POSTGRESQL_BIN: _, ...packaged } = process.env;
  const folders = [...new Set([...postgresqlFolders(), ...postgresqlFolders(packaged)])];
  const found: ServerPrograms[] = [];
  for (const folder of folders.filter((candidate) => holdsPrograms(candidate, "postgres", "initdb"))) {
    const { stdout } = await promisify(execFile)(path.join(folder, "postgres"), ["--version"]);
    found.push({
      folder,
      major: Number(/\) (\d+)/.exec(stdout)?.[1]),
      hasCron: existsSync(path.join(folder, "..", "lib", "pg_cron.so")),
    });
  }
  const [closest] = found.filter((candidate) => candidate.major >= major).sort((a, b) => a.major - b.major);
  if (closest !== undefined) return closest;
  throw new Error(
    `no PostgreSQL server of version ${major} or newer is installed: install Debian's package postgresql-${major}`,
  );
}
