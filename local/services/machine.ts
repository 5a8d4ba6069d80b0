import { requireAwsTools } from "../../emulators/aws";
import { chosenMajor, ensurePostgresInstalled, type PostgresInstallation } from "../../emulators/postgres";
import { requireS3Tools } from "../../emulators/s3";
import { UserError } from "../../foundation/userError";
import type { Progress } from "../progress";

/** The machine that is searched. Tests pass another one. */
export interface Machine {
  /** As root, PostgreSQL's packages are installed. Other users must have them already. */
  readonly isRoot: boolean;
  /** Read-only checks. Each rejects with a UserError that says what to install. */
  readonly checks: readonly (() => Promise<void>)[];
  ensurePostgres(): Promise<PostgresInstallation>;
}

/**
 * Checks that this machine has everything that the local stack needs, before anything is built. Returns the PostgreSQL
 * installation for new databases.
 * @throws UserError that names everything that is missing.
 */
export async function requireMachine({
  isRoot,
  checks,
  ensurePostgres,
}: Machine): Promise<PostgresInstallation> {
  const issues: UserError[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      issues.push(error);
      return undefined;
    }
  };
  for (const check of checks) await attempt(check);
  // If a check failed, nothing is installed.
  const postgresql = isRoot && issues.length > 0 ? undefined : await attempt(ensurePostgres);
  const [only] = issues;
  if (issues.length === 1 && only !== undefined) throw only;
  if (postgresql !== undefined && issues.length === 0) return postgresql;
  const list = issues.map(({ message }) => `- ${message}`).join("\n");
  throw new UserError(
    `This machine does not meet ${issues.length} requirements of the local stack:\n${list}`,
  );
}

/** Returns this machine, for the environment in a folder. */
export function thisMachine(directory: string, progress: Progress): Machine {
  const major = chosenMajor(directory);
  return {
    isRoot: process.geteuid?.() === 0,
    checks: [async () => await requireAwsTools(), async () => await requireS3Tools()],
    ensurePostgres: async () => await ensurePostgresInstalled(progress, major === undefined ? {} : { major }),
  };
}
