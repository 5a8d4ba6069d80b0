// Deploys a stack and reports the changes.
//   npm run deploy -- dev                            deploys the current code
//   npm run deploy -- prod --reviewed plan           deploys exactly the reviewed plan, or changes nothing
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { policyPackArguments } from "../../foundation/policyPack";
import { checkedOutCommit, givenPath, namedStack, requireCommit, run } from "../commandLine";
import { exitCodes, runPulumi } from "../pulumi";
import { buildReport } from "../report/build";
import { deliverReport, formatReport } from "../report/write";
import { type ReportOptions, reportCommand, reportPlaces } from "../reportCommand";
import { planFile, readReview, refusal, requireSameSubject, requireSameWorld, reviewOf } from "./review";

interface DeployOptions extends ReportOptions {
  readonly reviewed?: string;
}

run(
  reportCommand("deploy", "Deploys a stack and reports the changes.")
    .option("--reviewed <folder>", "apply exactly the reviewed plan in this folder, or change nothing")
    .action(async (argument: string | undefined, options: DeployOptions) => {
      const stack = namedStack(argument, options, "deploy");
      const reviewed = options.reviewed === undefined ? undefined : givenPath(options.reviewed);
      if (reviewed !== undefined) await requireFitting(stack, reviewed);
      else if (!(await isAcceptable(stack, options))) return;
      const plan = reviewed === undefined ? [] : ["--plan", planFile(reviewed)];
      const up = ["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-progress"];
      const result = await runPulumi([...up, ...plan, ...policyPackArguments()]);
      const report = buildReport(result, { kind: "up", stack, commit: checkedOutCommit() });
      await deliverReport(report, reportPlaces(options));
      process.exitCode = result.exitCode;
    }),
);

/**
 * Runs a preview with the policy pack. Without it, a policy for the whole stack would only run after all changes are made.
 */
async function preview(stack: string, ...args: string[]) {
  return await runPulumi([
    ...["preview", "--stack", stack, "--suppress-progress", ...args],
    ...policyPackArguments(),
  ]);
}

/**
 * Returns whether the deployment may start. If its preview fails, reports the preview, sets its exit code and changes nothing.
 */
async function isAcceptable(stack: string, options: DeployOptions): Promise<boolean> {
  const result = await preview(stack);
  if (result.exitCode === exitCodes.success) return true;
  const report = buildReport(result, { kind: "preview", stack, commit: checkedOutCommit() });
  await deliverReport(report, reportPlaces(options));
  process.exitCode = result.exitCode;
  return false;
}

/**
 * Plans again and compares the plans. Changes that the engine would refuse during the deployment are refused before it starts.
 */
async function requireFitting(stack: string, folder: string): Promise<void> {
  const review = await readReview(folder);
  const commit = requireCommit();
  requireSameSubject(review, { stack, commit });
  const scratch = await mkdtemp(path.join(os.tmpdir(), "thorbis-plan-"));
  try {
    const plan = planFile(scratch);
    const result = await preview(stack, "--save-plan", plan);
    const report = buildReport(result, { kind: "preview", stack, commit });
    if (result.exitCode !== exitCodes.success) {
      process.stderr.write(formatReport(report, "text"));
      throw refusal("its preview fails now, as the report above shows");
    }
    const now = reviewOf({ stack, commit, run: result, report, plan: await readFile(plan, "utf8") });
    requireSameWorld(review, now);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
