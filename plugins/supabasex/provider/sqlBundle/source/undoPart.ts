import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { scanSql } from "./parser";
import { statementsOf } from "./statements";

/** Comments that begin the part of a file that undoes it, for dbmate, goose, sql-migrate, rambler, node-pg-migrate, MyBatis. */
const undo =
  /^--+\s*(?:migrate:down|\+(?:goose|migrate)\s+down|rambler down|down migration|\/\/\s*@undo|!downs?)\b/i;
const bare = { up: /^--+\s*up\s*$/i, down: /^--+\s*down\s*$/i };

/**
 * Returns an error for the part of a file that undoes it in another tool: here it would run directly after the rest. Throws
 * SqlFileError if the parser refuses the text.
 */
export function undoErrors(file: BundleFile): SqlFileError[] {
  // A scan takes as long as parsing.
  if (!/^\s*--.*\b(?:down|downs|undo)\b/im.test(file.text)) return [];
  const bytes = Buffer.from(file.text, "utf8");
  const comments = scanSql(file.text).tokens.filter(({ tokenName }) => tokenName === "SQL_COMMENT");
  const isPaired = comments.some(({ text }) => bare.up.test(text));
  const found = comments.find(({ text }) => undo.test(text) || (isPaired && bare.down.test(text)));
  if (found === undefined) return [];
  const index = bytes.subarray(0, found.start).toString("utf8").length;
  if (!statementsOf(file).some(({ start }) => start > index)) return [];
  const message = "what follows would undo the file";
  const hint =
    "Here the whole file runs: remove this line and everything below it. To undo a migration, write a new one.";
  return [new SqlFileError({ file, index, message, hint })];
}
