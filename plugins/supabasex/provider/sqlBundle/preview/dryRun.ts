import { escapeControls } from "../../../../../foundation/controlCharacters";
import type { CallContext } from "../../../../provider-host/provider";
import { catalogWouldChange, notInDryRun } from "../../../bundleMessages";
import type { ApplyResult } from "../apply/apply";
import type { PlannedFile } from "../apply/request";
import type { BundleInputs } from "../inputs";
import type { LoadedBundle } from "../source/files";
import { notCovered } from "../source/notCovered";
import { reportAccess } from "./access";
import { catalogChanges, describeChanges } from "./changes";
import { announceLocks } from "./locks";
import { reportForeign, reportLosses, reportTakenBack, warnOfRemaining } from "./manualChanges";
import { announce } from "./plan";
import { removedFiles } from "./plannedFiles";

/** Reports what a dry run executed, and what it could not. */
export function announceDryRun(
  result: ApplyResult,
  inputs: BundleInputs,
  bundle: LoadedBundle,
  context: CallContext,
): void {
  const plan: PlannedFile[] = [
    ...result.adopted.map((path) => ({ path, reason: "baseline" as const })),
    ...result.ran,
    ...removedFiles(result.removed),
    ...result.skipped.map(({ file, why }) => ({
      path: file.path,
      reason: "new" as const,
      because: `not in the dry run, because ${why}`,
    })),
  ];
  if (plan.length > 0) announce(plan, bundle, context, { note: "dry run: executed and rolled back" });
  const changes = describeChanges(
    catalogChanges(
      { catalog: result.before, addresses: result.addresses.before },
      { catalog: result.after, addresses: result.addresses.after },
    ),
  );
  if (changes.length > 0) context.log("info", [catalogWouldChange, ...changes].join("\n"));
  announceLocks(result.locks, context);
  reportTakenBack(result, context);
  const ran = new Set(result.ran.map(({ path }) => path));
  const uncovered = [...bundle.migrations, ...bundle.repeatables]
    .filter((file) => ran.has(file.path))
    .flatMap(notCovered);
  for (const name of result.moved?.advanced ?? [])
    uncovered.push(`  sequence ${escapeControls(name)} has advanced, and the rollback does not reset it`);
  for (const name of result.moved?.restored ?? [])
    uncovered.push(`  sequence ${escapeControls(name)} was set back and then restored`);
  if (result.bodies?.unchecked === true)
    uncovered.push(
      "  bodies of PL/pgSQL functions: this server lacks plpgsql_check, so they are only parsed",
    );
  if (uncovered.length > 0) {
    context.log("info", [notInDryRun, ...uncovered].join("\n"));
  }
  const doubts = result.bodies?.warnings ?? [];
  if (doubts.length > 0) context.log("warning", ["Calls of these may fail:", ...doubts].join("\n"));
  reportForeign(result, context);
  reportLosses(result, context);
  warnOfRemaining(result, inputs, context);
  reportAccess(result, context);
}
