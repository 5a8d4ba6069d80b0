import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { SnapshotOutdated } from "./tableLocks";

/** How long a run waits until no other session changes what it reads. */
const patienceSeconds = 120;
/**
 * Attempts that it makes in any case. One lasts as long as `pg_dump` reads the schema, which may be longer than the
 * patience.
 */
const minAttempts = 5;

interface Attempts<T> {
  /** Makes one attempt, with a new snapshot. */
  readonly attempt: () => Promise<T>;
  /** Cleans up after a failed one, and throws if the run is to end. */
  readonly cleanUp: () => Promise<void>;
  readonly progress: (line: string) => void;
  /** Returns the milliseconds of a clock that only moves forward. */
  readonly now?: () => number;
}

/**
 * Attempts to begin a dump until its snapshot matches the database.
 *
 * @throws UserError if at least `minAttempts` attempts in at least `patienceSeconds` found an outdated snapshot
 */
export async function retryOutdated<T>({
  attempt,
  cleanUp,
  progress,
  now = () => performance.now(),
}: Attempts<T>): Promise<T> {
  const started = now();
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      await cleanUp();
      if (!(error instanceof SnapshotOutdated)) throw error;
      const seconds = Math.round((now() - started) / 1000);
      if (attempts >= minAttempts && seconds >= patienceSeconds) {
        throw new UserError(
          `Other sessions changed tables, functions, types or views during each of ${attempts} attempts in ${seconds} s; the last time: ${error.message}. Run the backup when no migration is running.`,
          exitCodes.dumpFailed,
          { cause: error },
        );
      }
      progress(`taking a new snapshot: ${error.message}`);
    }
  }
}
