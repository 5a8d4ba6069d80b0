import { describeError, UserError } from "../../foundation/userError";
import { compareFindings } from "../advisors/compare";
import { type Finding, readFindings } from "../advisors/findings";
import { exitCodes, type PulumiRun, runPulumi } from "../pulumi";
import type { DeployedCopy } from "../report/build";
import { stackProject } from "../stackProject";

export interface PreviewedCopy {
  readonly result: PulumiRun;
  /** Undefined if the preview failed and nothing was deployed. */
  readonly copy: DeployedCopy | undefined;
}

/**
 * Previews a change of a stack on this machine, and deploys it there. Supabase's advisors run before and after, because they
 * only examine what is deployed.
 * @throws UserError for a stack that is not on this machine.
 */
export async function previewAndDeploy(
  stack: string,
  preview: () => Promise<PulumiRun>,
): Promise<PreviewedCopy> {
  if (stack !== "local" && !stack.startsWith("like-")) {
    throw new UserError(
      `--deploy-copy only deploys to a stack on this machine, and ${stack} is not one: name local or a copy such as like-${stack}.`,
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

/** Runs the advisors. They need packages from npm; if these are not available, the preview continues without advisors. */
async function askAdvisors(stack: string): Promise<Answer> {
  try {
    return await readFindings(await stackProject(stack, "preview"));
  } catch (error) {
    return { unavailable: describeError(error) };
  }
}
