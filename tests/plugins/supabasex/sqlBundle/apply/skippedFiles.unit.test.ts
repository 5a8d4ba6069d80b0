import { beforeAll, expect, test } from "vitest";
import { reasonToSkip } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/transaction/skippedFiles";
import { SqlFileError } from "../../../../../plugins/supabasex/provider/sqlBundle/source/errors";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

const german = "storniere Anfrage wegen Zeitüberschreitung der Anfrage";
const english = "canceling statement due to statement timeout";

/** Returns whether a dry run leaves out a file whose last statement fails with this error. */
function isLeftOut(text: string, message: string, routine: string): boolean {
  const file = bundleFile("migrations/20260101000000_a.sql", "migration", `${text}update s.t set a = 1;\n`);
  const cause = Object.assign(new Error(message), { code: "57014", severity: "ERROR", routine });
  const statementIndex = text.length;
  // The function that the statement calls is at the beginning of the file.
  const error = new SqlFileError({ file, message, sqlState: "57014", index: 0, statementIndex }, { cause });
  return reasonToSkip(error, []) !== undefined;
}

test.each([
  ["a time limit", "", english],
  ["a time limit, in German", "", german],
  ["a limit that the file has reset", "set statement_timeout = '5s'; reset statement_timeout; ", english],
  ["a limit that the file has reset with all", "set statement_timeout = '5s'; reset all; ", english],
])("a dry run leaves out a file because of %s", (_, text, message) => {
  expect(isLeftOut(text, message, "ProcessInterrupts")).toBe(true);
});

test.each([
  ["a limit that the file sets", "set local statement_timeout = '5s'; ", english, "ProcessInterrupts"],
  ["a request", "", "canceling statement due to user request", "ProcessInterrupts"],
  ["a raised error", "", english, "exec_stmt_raise"],
])("negative control: %s", (_, text, message, routine) => {
  expect(isLeftOut(text, message, routine)).toBe(false);
});
