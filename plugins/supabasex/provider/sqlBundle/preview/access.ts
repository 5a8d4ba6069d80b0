import { escapeControls, escapeInNames } from "../../../../../foundation/controlCharacters";
import type { CallContext } from "../../../../provider-host/provider";
import { changedOutside } from "../../../bundleMessages";
import type { ApplyResult } from "../apply/apply";
import type { CatalogDifference } from "../catalog";
import { bySeverity, severityOf, upgradesIn } from "../catalog/posture";
import { withRedactedPostures } from "../catalog/redaction";
import { shownPostureRepairOf } from "../repair/postureRepair";
import { type Drift, driftLines } from "../state/drift";

/** With more changes than this, only the number is shown. */
const maxListed = 40;

/**
 * Reports what a refresh found, the most severe first. The engine itself shows changed values in the order of their
 * names.
 */
export function reportDrift(drift: Drift, context: CallContext): void {
  const lines = driftLines(drift);
  if (lines.length > 0) context.log("warning", listed(changedOutside, lines));
}

/** Reports the changes outside of the bundle that a deployment does not revert, and how to revert or accept them. */
export function reportAccess({ access }: ApplyResult, context: CallContext): void {
  if (access === undefined) return;
  const { baseline, posture, isFirst, differences, acceptances, repaired, adopted } = access;
  if (isFirst) {
    context.log(
      "info",
      `From now on, refresh compares access outside of the bundle with this deployment: ${Object.keys(baseline).length} objects.`,
    );
  }
  reportAdopted(adopted, context);
  if (repaired.length > 0) {
    context.log(
      "info",
      ["Reverted outside of the bundle:", ...repaired.map((name) => `  ${escapeControls(name)}`)].join("\n"),
    );
  }
  if (differences.length === 0) return;
  const nameOf = (difference: CatalogDifference) =>
    acceptances.find((acceptance) => acceptance.differences.includes(difference))?.name;
  const shown = withRedactedPostures(baseline, posture);
  const lines = bySeverity(differences).flatMap((difference) => {
    const { identity, property } = difference;
    const { safe, advice } = shownPostureRepairOf(identity, [difference], shown.baseline, {
      live: shown.posture,
    });
    const back = [...safe, ...(advice === undefined ? [] : [advice])].map(
      (text) => escapeInNames(text).split("\n", 1)[0],
    );
    return [
      `${severityOf(difference).padEnd(7)}  ${escapeControls(identity)}${property === undefined ? "" : `, ${property}`}: ${back.join("; ")}`,
      `         to accept it: sql.accept: ${nameOf(difference)}`,
    ];
  });
  context.log("warning", listed("Changed outside of the bundle, and left as it is:", lines));
  for (const [service, versions] of upgradesIn(differences)) {
    context.log(
      "warning",
      `The platform migrated its ${service} schema since the last deployment (${versions}). Its changes there are accepted together, under the name above.`,
    );
  }
}

/** Reports what was recorded without a comparison, because its state at the last deployment is not known. */
function reportAdopted(adopted: readonly CatalogDifference[], context: CallContext): void {
  const count = new Set(adopted.map(({ identity }) => identity)).size;
  if (count === 0) return;
  const opening = adopted.filter((difference) => severityOf(difference) === "opens");
  const names = [...new Set(opening.map(({ identity }) => escapeControls(identity)))];
  const title = `${count} ${count === 1 ? "object" : "objects"} that an older version did not compare ${count === 1 ? "was" : "were"} recorded as the database has them now.`;
  context.log(
    "info",
    names.length === 0 ? title : listed(`${title} Check those that may open access:`, names),
  );
}

function listed(title: string, lines: readonly string[]): string {
  const shown = lines.slice(0, maxListed * 2).map((line) => `  ${line}`);
  const more = lines.length > shown.length ? [`  … and ${lines.length - shown.length} more lines`] : [];
  return [title, ...shown, ...more].join("\n");
}
