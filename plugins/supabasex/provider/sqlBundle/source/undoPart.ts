import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { byteOffsets, scanSql } from "./parser";
import { statementsOf } from "./statements";

/** Comments that begin the part of a file that undoes it, for dbmate, goose, sql-migrate, rambler, node-pg-migrate, MyBatis. */
const undo =
  /^--+\s*(?:migrate:down|\+(?:goose|migrate)\s+down|rambler down|down migration|\/\/\s*@undo|!downs?)\b/i;
/** Words of ordinary comments too, so they count only as a pair around the whole file. */
const bare = { up: /^--+\s*up\s*$/i, down: /^--+\s*down\s*$/i };

/**
 * Returns an error for the part of a file that undoes it in another tool: here it would run directly after the rest. Throws
 * SqlFileError if the parser refuses the text.
 */
export function undoErrors(file: BundleFile): SqlFileError[] {
  // A scan takes as long as parsing.
  if (!/^\s*--.*\b(?:down|downs|undo)\b/im.test(file.text)) return [];
  const comments = scanSql(file.text).tokens.filter(({ tokenName }) => tokenName === "SQL_COMMENT");
  const toIndex = byteOffsets(file.text);
  const statements = statementsOf(file);
  const [first] = statements;
  const ups = comments.filter(({ text }) => bare.up.test(text));
  const downs = comments.filter(({ text }) => bare.down.test(text));
  const [up] = ups;
  const isPair = up !== undefined && ups.length === 1 && downs.length === 1;
  const isAround = isPair && first !== undefined && toIndex(up.start) < first.start;
  const found = comments.find((token) => undo.test(token.text) || (isAround && downs.includes(token)));
  if (found === undefined) return [];
  const index = toIndex(found.start);
  if (!statements.some(({ start }) => start > index)) return [];
  const message = "what follows would undo the file";
  const hint =
    "Here the whole file runs: remove this line and everything below it. To undo a migration, write a new one.";
  return [new SqlFileError({ file, index, message, hint })];
}
