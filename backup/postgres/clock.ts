import type pg from "pg";
import { UserError } from "../../foundation/userError";

/** The difference between two clocks that is tolerated. */
export const leewaySeconds = 300;

/**
 * Checks this machine's clock, because backups are named by its time, and sorted and pruned by their names.
 * @throws UserError if this machine's clock and the database's differ by more than five minutes.
 */
export async function requireSameTime(client: pg.Client, now: Date): Promise<void> {
  const { rows } = await client.query<{ seconds: number }>(
    "select extract(epoch from clock_timestamp())::float8 as seconds",
  );
  const behind = Math.round((rows[0]?.seconds ?? Number.NaN) - now.getTime() / 1000);
  if (Math.abs(behind) <= leewaySeconds) return;
  throw new UserError(
    `This machine's clock is ${Math.abs(behind)} s ${behind > 0 ? "behind" : "ahead of"} the database's, and backups are named by this clock: correct it.`,
  );
}
