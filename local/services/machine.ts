import { requireAwsTools } from "../../emulators/aws";
import { chosenMajor, ensurePostgresInstalled, type PostgresInstallation } from "../../emulators/postgres";
import { requireS3Tools } from "../../emulators/s3";
import { UserError } from "../../foundation/userError";
import type { Progress } from "../progress";

/** What the search depends on; tests put another machine in its place. */
export interface Machine {
  /** As root, PostgreSQL's packages are installed; for any other user they are only looked for. */
  readonly isRoot: boolean;
  /** Checks that change nothing; each rejects with a UserError that says what to install. */
  readonly checks: readonly (() => Promise<void>)[];
  ensurePostgres(): Promise<PostgresInstallation>;
}

/**
 * Makes sure that this machine has what the local stack is built and run with, before minutes go into building it. Returns
 * the PostgreSQL that new databases are made with.
 * @throws UserError that names everything that is missing.
 */
export async function requireMachine({
  isRoot,
  checks,
  ensurePostgres,
}: Machine): Promise<PostgresInstallation> {
  const faults: UserError[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  for (const check of checks) await attempt(check);
  // Nothing is installed on a machine that is refused anyway.
  const postgresql = isRoot && faults.length > 0 ? undefined : await attempt(ensurePostgres);
  const [only] = faults;
  if (faults.length === 1 && only !== undefined) throw only;
  if (postgresql !== undefined && faults.length === 0) return postgresql;
  const list = faults.map(({ message }) => `- ${message}`).join("\n");
  throw new UserError(`This machine lacks ${faults.length} things that the local stack needs:\n${list}`);
}

/** This machine, for the environment in a folder. */
export function thisMachine(directory: string, progress: Progress): Machine {
  const major = chosenMajor(directory);
  return {
    isRoot: process.geteuid?.() === 0,
    checks: [async () => await requireAwsTools(), async () => await requireS3Tools()],
    ensurePostgres: async () => await ensurePostgresInstalled(progress, major === undefined ? {} : { major }),
  };
}
