import pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** A named moment, as in `shared.recovery_checkpoints`. */
export interface CheckpointRecord {
  readonly id: string;
  /** Position of the write-ahead log. */
  readonly lsn: string;
  readonly at: Date;
}

/**
 * Records name, time and position of the write-ahead log in the database, with the SQL bundle's function.
 * @throws UserError if the database has no such function, or refuses.
 */
export async function recordCheckpoint(
  client: pg.Client,
  name: string,
  description: string | undefined,
): Promise<CheckpointRecord> {
  try {
    const { rows: made } = await client.query<{ id: string }>(
      "select private.create_recovery_checkpoint($1, $2) as id",
      [name, description ?? null],
    );
    const { rows } = await client.query<CheckpointRecord>(
      "select id, wal_position::text as lsn, created_at as at from shared.recovery_checkpoints where id = $1",
      [made[0]?.id],
    );
    const [record] = rows;
    if (record === undefined) throw new Error("the record is missing");
    return record;
  } catch (error) {
    const isMissing =
      error instanceof pg.DatabaseError &&
      [sqlStates.undefinedFunction, sqlStates.invalidSchemaName].includes(error.code ?? "");
    const reason = isMissing
      ? "the database has no private.create_recovery_checkpoint(); deploy the SQL bundle first"
      : error instanceof Error
        ? error.message
        : String(error);
    throw new UserError(`No checkpoint was made: ${reason}.`, exitCodes.dumpFailed, { cause: error });
  }
}
