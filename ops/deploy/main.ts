// Deploys a stack and reports what was done.
//   npm run deploy -- dev                            what the code says now
//   npm run deploy -- prod --reviewed plan           what was reviewed, or nothing
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
  reportCommand("deploy", "Deploys a stack and reports what was done.")
    .option("--reviewed <folder>", "apply the plan there, made by `npm run plan`, or nothing")
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

/** A preview that the policy pack judges. Without it a rule about the whole stack would be asked only when all is changed. */
async function preview(stack: string, ...args: string[]) {
  return await runPulumi([
    ...["preview", "--stack", stack, "--suppress-progress", ...args],
    ...policyPackArguments(),
  ]);
}

/** Whether a deployment may begin. Where its preview fails, that is the report and the exit code, and nothing is changed. */
async function isAcceptable(stack: string, options: DeployOptions): Promise<boolean> {
  const result = await preview(stack);
  if (result.exitCode === exitCodes.success) return true;
  const report = buildReport(result, { kind: "preview", stack, commit: checkedOutCommit() });
  await deliverReport(report, reportPlaces(options));
  process.exitCode = result.exitCode;
  return false;
}

/** Plans once more and compares: what the engine itself would refuse half-way is refused before it begins. */
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
      throw refusal("it cannot be planned any more, as the report above says");
    }
    const now = reviewOf({ stack, commit, run: result, report, plan: await readFile(plan, "utf8") });
    requireSameWorld(review, now);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
