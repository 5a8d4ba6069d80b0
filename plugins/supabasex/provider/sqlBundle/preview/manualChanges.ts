import { escapeControls, escapeInNames } from "../../../../../foundation/controlCharacters";
import type { CallContext } from "../../../../provider-host/provider";
import { foreignTitles, isLeft, stops } from "../../../bundleMessages";
import type { ApplyResult } from "../apply/apply";
import { byIdentity } from "../catalog";
import type { BundleInputs } from "../inputs";
import { repairOf } from "../repair/repair";
import { type Drift, driftAt, driftKinds, driftPaths } from "../state/drift";
import { isRerun } from "../state/outlook";

/** Drift in a preview without a dry run. */
export interface ShownDrift {
  readonly drift: Drift;
  /** What the deployment does about each difference, in the same order. */
  readonly outlook: Drift;
  /** Identity → the repeatable that creates it. */
  readonly makers: ReadonlyMap<string, string>;
  /** Identities that stop the deployment unless a pending file repairs them. */
  readonly undecided: ReadonlySet<string>;
}

/** Reports what would be repaired, and what a deployment leaves. Objects of a file are listed with the file. */
export function announceDrift({ drift, outlook, makers, undecided }: ShownDrift, context: CallContext): void {
  const rerun = driftKinds(drift).filter(({ identity, kind }) => kind !== "extra" && makers.has(identity));
  const inFiles = new Set(rerun.map(({ identity }) => identity));
  const repaired: string[] = [];
  const left: string[] = [];
  for (const { identity, property } of driftPaths(drift)) {
    const found = driftAt(outlook, identity, property);
    if (inFiles.has(identity) && (found === undefined || isRerun(found))) continue;
    const change = driftAt(drift, identity, property);
    const what = undecided.has(identity) ? found?.replace(stops, unlessRepaired) : found;
    const lines = [`  ${escapeControls(identity)}: ${property === undefined ? "" : `${property} `}${change}`];
    if (what !== undefined) lines.push(`    ${escapeInNames(what)}`);
    (found === undefined || isLeft(found) ? left : repaired).push(...lines);
  }
  if (repaired.length > 0) context.log("info", ["Drift would be repaired:", ...repaired].join("\n"));
  if (left.length > 0)
    context.log("warning", ["Drift that a deployment leaves or cannot repair:", ...left].join("\n"));
}

const unlessRepaired = "stops the deployment, unless one of the files above repairs it: ";

/** Reports foreign objects that belong to the bundle now, and those that a rebuild affected. */
export function reportForeign(
  { takenOver, undone, recreatedForeign }: ApplyResult,
  context: CallContext,
): void {
  if (takenOver.length > 0) context.log("info", listed(foreignTitles.takenOver, takenOver));
  if (undone.length > 0) context.log("warning", listed(foreignTitles.undone, undone));
  if (recreatedForeign.length > 0) {
    context.log("warning", listed(foreignTitles.recreated, recreatedForeign));
  }
}

function listed(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${escapeControls(line)}`)].join("\n");
}

/** Reports what is reverted because no file states it any more, and to which objects other default privileges apply. */
export function reportTakenBack(
  { takenBack, regranted }: Pick<ApplyResult, "takenBack" | "regranted">,
  context: CallContext,
): void {
  if (takenBack.length > 0)
    context.log("info", listed("Reverted, because no file states it any more:", takenBack));
  if (regranted.length > 0) {
    const title = "Granted as on a new environment, because a migration changed default privileges:";
    context.log("info", listed(title, regranted));
  }
}

/** Reports the data that a repair does not restore. */
export function reportLosses({ losses }: Pick<ApplyResult, "losses">, context: CallContext): void {
  if (losses.size === 0) return;
  const lines = [...losses].sort().map(([identity, loss]) => `  ${escapeControls(identity)}: ${loss}`);
  context.log("warning", ["Repaired without the data that a manual change lost:", ...lines].join("\n"));
}

/** Reports drift that stays after an up: extra objects with `prune: report`, and what cannot be repaired. */
export function warnOfRemaining(result: ApplyResult, inputs: BundleInputs, context: CallContext): void {
  const lines = [...byIdentity(result.remaining)].flatMap(([identity, differences]) => {
    const { prune, impossible, statements } = repairOf(identity, differences, result.expected, {
      live: result.after,
    });
    const all = [...impossible, ...statements, ...prune];
    return all.length === 0
      ? [`  ${escapeControls(identity)}`]
      : all.map((what) => `  ${escapeControls(identity)}: ${escapeInNames(what).split("\n", 1)[0]}`);
  });
  if (lines.length === 0) return;
  const hint =
    inputs.prune === "report"
      ? " (sql.prune: drop would drop extra policies, grants, functions, triggers and publication members)"
      : "";
  context.log("warning", [`Not made by the bundle, and left as it is${hint}:`, ...lines].join("\n"));
}
