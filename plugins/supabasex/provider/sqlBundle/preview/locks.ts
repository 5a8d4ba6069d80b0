import type { CallContext } from "../../../../provider-host/provider";
import { hazardNamed } from "../../../hazards";
import { type HazardLine, hazardLines, hazardsFound, lockLines, wouldBlock } from "../../../lockMessages";
import { blockedBy } from "../locks/modes";
import type { FoundHazard, StatementLocks } from "../locks/watch";
import { titleOf } from "../source/relationTitle";

/**
 * Reports what migrations lock, and their hazards with the safe alternative; nothing if others are not affected.
 *
 * @param title - of the list of locks
 */
export function announceLocks(
  locks: readonly StatementLocks[],
  context: CallContext,
  title: string = wouldBlock,
): void {
  const lines = lockLines(
    locks.flatMap(({ file, line, statement, heldSeconds, effects }) =>
      effects.map(({ relation, lock, rewritten, scanned, size }) => ({
        ...{ place: `${file.display}:${line}`, statement, relation: titleOf(relation), lock },
        ...{ blocks: blockedBy(lock), heldSeconds, rewritten, scanned, rows: size.rows, bytes: size.bytes },
      })),
    ),
  );
  if (lines.length > 0) context.log("info", [title, ...lines].join("\n"));
  const hazards = locks.flatMap((statement) =>
    statement.hazards.map((hazard) => hazardLine(statement, hazard)),
  );
  if (hazards.length === 0) return;
  const severity = hazards.every(({ isAccepted }) => isAccepted) ? "info" : "warning";
  context.log(severity, [hazardsFound, ...hazardLines(hazards)].join("\n"));
}

function hazardLine({ file, line }: StatementLocks, hazard: FoundHazard): HazardLine {
  const { name, relation, accepted, isUncertain } = hazard;
  const kind = hazardNamed(name);
  const what = isUncertain
    ? `Unless the catalog or the rows make it unnecessary: ${kind?.what ?? ""}`
    : (kind?.what ?? "");
  return {
    hazard: name,
    relation: titleOf(relation),
    place: `${file.display}:${line}`,
    text: accepted ?? `${what} ${kind?.safeWay ?? ""} docs/locks.md#${name}`,
    isAccepted: accepted !== undefined,
  };
}
