import { sqlStates } from "../../../../../foundation/sqlStates";
import { isDatabaseError } from "../source/errors";

/**
 * The server's messages about a catalog object that another session changed or dropped meanwhile. They have no specific
 * code.
 */
const overtaken =
  /^(tuple concurrently (updated|deleted)|cache lookup failed for |could not open relation with OID )/;

/** Returns whether another session changed or created the same catalog object at the same time. */
export function isOvertaken(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.code === sqlStates.internalError) return overtaken.test(error.message);
  // Only there, the server does not look for an object of that name first, so it was not a race.
  return (
    error.code === sqlStates.uniqueViolation &&
    error.schema === "pg_catalog" &&
    error.table?.startsWith("pg_ts_") !== true
  );
}

export const helpOvertaken =
  "Another session changed the same object at the same time: run the command again.";
