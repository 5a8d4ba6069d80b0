import { UserError } from "../../../../../foundation/userError";
import { titleOf } from "./relations";
import type { StatementLocks } from "./watch";

/** Throws a UserError with the hazards that no file accepts, and what to do; does nothing if there are none. */
export function refuseHazards(locks: readonly StatementLocks[]): void {
  const lines = locks.flatMap(({ file, line, hazards }) =>
    hazards
      .filter(({ accepted, isUncertain }) => accepted === undefined && !isUncertain)
      .map(({ name, relation }) => `  ${file.display}:${line}: ${name} ${titleOf(relation)}`),
  );
  if (lines.length === 0) return;
  throw new UserError(
    [
      `The migrations have ${lines.length === 1 ? "a hazard" : `${lines.length} hazards`}, and sql.hazards is refuse; nothing was changed:`,
      ...lines,
      "  docs/locks.md has a safe alternative for each. To run it anyway, begin the file with a line such as",
      `  -- accepts: ${lines[0]?.split(": ")[1]}: <why this disturbs no users>`,
    ].join("\n"),
  );
}
