import { isDatabaseError } from "../source/errors";

/** What the server says of an object of the catalog that another session changed or dropped meanwhile. It has no code of its own. */
const overtaken =
  /^(tuple concurrently (updated|deleted)|cache lookup failed for |could not open relation with OID )/;

/** Returns whether another session changed or created the same object of the catalog at the same time. */
export function isOvertaken(error: unknown): boolean {
  if (!isDatabaseError(error)) return false;
  if (error.code === "XX000") return overtaken.test(error.message);
  return error.code === "23505" && error.schema === "pg_catalog";
}

export const helpOvertaken =
  "Another session changed the same object at the same time: run the command again.";
