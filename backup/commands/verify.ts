import { UserError } from "../../foundation/userError";
import { listRuns } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { findTools } from "../postgres/tools";
import { ownSource, selectRun } from "../selectRun";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { deletionOf, isDeleted } from "../verify/deletedMeanwhile";
import { inspectRun, type RunReport } from "../verify/inspectRun";
import { describeReport, throwUnlessIntact } from "../verify/report";

export interface VerifyOptions {
  /** Full name of a run. Default: the newest of the environment's database. */
  readonly run?: string;
  /** All runs with a manifest. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/**
 * Implements `backup verify`: reads every byte of a backup, compares it with the manifest, and has `pg_restore` read
 * every block of every archive. Reports all errors in one pass.
 * @throws UserError after printing the report if anything is damaged or could not be checked.
 */
export async function verify(options: VerifyOptions, context: CommandContext): Promise<RunReport[]> {
  const { store: settings, own } = readEnvironment(["store", "own"], context.environment);
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const runs =
    options.all === true
      ? (await listRuns(store, context.signal)).filter(({ isComplete }) => isComplete).map(({ name }) => name)
      : [await selectRun(store, { run: options.run, of: [ownSource({ own })] }, context.signal)];
  const reports: RunReport[] = [];
  for (const run of runs) {
    context.progress(`verifying ${run}`);
    const report = await inspectRun(run, { store, tools, depth: "everything", signal: context.signal });
    if (report.verdict === "damaged" && (await isDeleted(run, store, context.signal))) {
      const deletion = deletionOf(run);
      if (options.all !== true) throw deletion;
      context.progress(deletion.message);
      continue;
    }
    reports.push(report);
    if (options.json !== true) context.print(describeReport(report));
  }
  if (options.json === true) context.print(JSON.stringify(reports, null, 2));
  throwUnlessIntact(reports);
  if (runs.length > 0 && reports.length === 0)
    throw new UserError("All backups were deleted while they were read.", exitCodes.notFound);
  return reports;
}
