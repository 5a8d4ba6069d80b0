import { UserError } from "../../../../../foundation/userError";
import { titleOf } from "../source/relationTitle";
import type { StatementLocks } from "./watch";

/** Throws a UserError with the hazards that no file accepts, and what to do; does nothing if there are none. */
export function refuseHazards(locks: readonly StatementLocks[]): void {
  const found = locks.flatMap(({ file, line, hazards }) =>
    hazards
      .filter(({ accepted, isUncertain }) => accepted === undefined && !isUncertain)
      .map(({ name, relation }) => ({
        place: `${file.display}:${line}`,
        hazard: `${name} ${titleOf(relation)}`,
      })),
  );
  const [first] = found;
  if (first === undefined) return;
  throw new UserError(
    [
      `The migrations have ${found.length === 1 ? "a hazard" : `${found.length} hazards`}, and sql.hazards is refuse; nothing was changed:`,
      ...found.map(({ place, hazard }) => `  ${place}: ${hazard}`),
      "  docs/locks.md has a safe alternative for each. To run it anyway, begin the file with a line such as",
      `  -- accepts: ${first.hazard}: <why this disturbs no users>`,
    ].join("\n"),
  );
}
