import { describeError, UserError } from "../../foundation/userError";
import { compareFindings } from "../advisors/compare";
import { type Finding, readFindings } from "../advisors/findings";
import { exitCodes, type PulumiRun, runPulumi } from "../pulumi";
import type { DeployedCopy } from "../report/build";
import { stackProject } from "../stackProject";

export interface PreviewedCopy {
  readonly result: PulumiRun;
  /** Undefined where the preview failed: then nothing was deployed. */
  readonly copy: DeployedCopy | undefined;
}

/**
 * Previews a change of a stack on this machine, and deploys it there. Supabase's advisors are asked before and after: what they
 * find in a database can be known only where the change was made.
 * @throws UserError for a stack that is not one of this machine.
 */
export async function previewAndDeploy(
  stack: string,
  preview: () => Promise<PulumiRun>,
): Promise<PreviewedCopy> {
  if (stack !== "local" && !stack.startsWith("like-")) {
    throw new UserError(
      `--deploy-copy deploys, and ${stack} is no stack of this machine: name local or a copy such as like-${stack}.`,
    );
  }
  const before = await askAdvisors(stack);
  const result = await preview();
  if (result.exitCode !== exitCodes.success) return { result, copy: undefined };
  const up = ["up", "--yes", "--skip-preview", "--stack", stack, "--suppress-progress", "--suppress-outputs"];
  const deployment = await runPulumi(up);
  return { result, copy: { deployment, advisors: await compare(stack, before) } };
}

type Answer = readonly Finding[] | { readonly unavailable: string };

async function compare(stack: string, before: Answer): Promise<DeployedCopy["advisors"]> {
  if ("unavailable" in before) return before;
  const after = await askAdvisors(stack);
  return "unavailable" in after ? after : compareFindings(before, after);
}

/** A preview is worth having without the advisors, which need packages from npm. */
async function askAdvisors(stack: string): Promise<Answer> {
  try {
    return await readFindings(await stackProject(stack, "preview"));
  } catch (error) {
    return { unavailable: describeError(error) };
  }
}
