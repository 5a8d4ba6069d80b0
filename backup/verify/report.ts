import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { RunReport } from "./inspectRun";

/** @throws UserError that names the runs; damage takes precedence over what could not be checked. */
export function throwUnlessIntact(reports: readonly RunReport[]): void {
  const damaged = reports.filter(({ verdict }) => verdict === "damaged").map(({ run }) => run);
  if (damaged.length > 0) {
    throw new UserError(`Damaged: ${damaged.join(", ")}.`, exitCodes.damaged);
  }
  const unchecked = reports.filter(({ verdict }) => verdict === "could not check").map(({ run }) => run);
  if (unchecked.length > 0) {
    throw new UserError(`Could not be checked: ${unchecked.join(", ")}.`, exitCodes.couldNotCheck);
  }
}

/** Returns the run and what is wrong with it, one line each. */
export function describeDefects(report: RunReport): string {
  return describeReport({ ...report, objects: report.objects.filter(({ verdict }) => verdict !== "intact") });
}

/** Returns the run and every object with its verdict, one line each. */
export function describeReport(report: RunReport): string {
  const lines = [`${report.run}: ${report.verdict}`];
  if (report.manifestIssue !== undefined) {
    lines.push(`  ${report.manifestIssue.verdict}: ${report.manifestIssue.detail}`);
  }
  for (const { object, verdict, detail } of report.objects) {
    lines.push(`  ${object}: ${verdict}${detail === undefined ? "" : ` (${detail})`}`);
  }
  return lines.join("\n");
}
