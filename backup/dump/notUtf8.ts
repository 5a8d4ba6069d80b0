import pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { ProcessFailure } from "../childProcess";
import { exitCodes } from "../exitCodes";

/** The server's messages, in English and for programs that do not pass on the code. */
const messages = [
  /invalid byte sequence for encoding "UTF8": ((?:0x[0-9a-f]{2} ?)+)/,
  /character with byte sequence ((?:0x[0-9a-f]{2} ?)+) in encoding "[^"]+" has no equivalent in encoding "UTF8"/,
];

const codes = new Set([sqlStates.characterNotInRepertoire, sqlStates.untranslatableCharacter]);

/**
 * Returns the error of bytes that cannot be written as UTF-8, as in a database with the encoding SQL_ASCII; undefined for
 * other errors.
 *
 * @param place what was read, at the beginning of a sentence; of a failed `pg_dump`, its message names the catalog
 */
export function notUtf8(error: unknown, place: string): UserError | undefined {
  const text =
    error instanceof ProcessFailure ? error.errorText : error instanceof Error ? error.message : "";
  const bytes = messages.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined);
  const isOther = error instanceof ProcessFailure ? bytes === undefined : !isOfServer(error);
  if (isOther) return undefined;
  const catalog = /^pg_dump: detail: Query was: .*?\bFROM (?:pg_catalog\.)?(pg_\w+)/ms.exec(text)?.[1];
  return new UserError(
    `${place}${catalog === undefined ? "" : ` (in ${catalog})`} contains bytes that have no equivalent in UTF-8 (${bytes?.trim() ?? text}); correct them in the database as backup/README.md describes for the encoding SQL_ASCII.`,
    exitCodes.dumpFailed,
    { cause: error },
  );
}

function isOfServer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && codes.has(error.code ?? "");
}
