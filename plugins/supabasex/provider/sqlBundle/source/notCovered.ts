import { placeOf } from "./errors";
import type { BundleFile } from "./files";
import { type Statement, statementsOf } from "./statements";

/** What a rollback does not undo, or what only happens at commit, as far as a statement's text shows it. */
const effects: readonly (readonly [RegExp, string])[] = [
  [/\b(nextval|setval)\s*\(/i, "sequences are not reset"],
  [/\bpg_notify\s*\(/i, "notifications are sent at commit only"],
  [/\bdblink(_\w+)?\s*\(/i, "dblink works in another session, which is not rolled back"],
  [/\b(net|extensions)\.http_\w+\s*\(|\bhttp_(get|post|put|delete)\s*\(/i, "requests to other services"],
  [/\bpg_stat(_statements)?_reset\w*\s*\(/i, "reset statistics are not restored"],
  [/\bpg_advisory_(lock|unlock)/i, "session locks"],
];

/** Returns the statements of a file whose effect a dry run does not cover, one line each with its place. */
export function notCovered(file: BundleFile): string[] {
  return statementsOf(file).flatMap((statement) =>
    found(file, statement).map(
      (why) => `  ${file.display}:${placeOf(file.text, statement.start).line}: ${why}`,
    ),
  );
}

function found(file: BundleFile, statement: Statement): string[] {
  if (statement.kind === "NotifyStmt") return ["notifications are sent at commit only"];
  // The body of a function does not run now.
  if (statement.kind === "CreateFunctionStmt" || statement.kind === "CommentStmt") return [];
  const text = file.text.slice(statement.start, statement.end);
  return effects.filter(([pattern]) => pattern.test(text)).map(([, why]) => why);
}
