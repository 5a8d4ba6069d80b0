import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { policyPackArguments } from "../../foundation/policyPack";
import { UserError } from "../../foundation/userError";
import { isClaimed } from "../directory";
import { explainFullDisk } from "../diskSpace";
import { type LocalPaths, projectName } from "../environment";
import type { PulumiCli } from "./pulumiCli";

/** Where the file backend keeps the stacks of this project. */
export function stacksDirectoryOf(stateDirectory: string): string {
  return path.join(stateDirectory, ".pulumi", "stacks", projectName);
}

/** Where the file backend keeps a stack. */
export function stateFileOf(stateDirectory: string, stack: string): string {
  return path.join(stacksDirectoryOf(stateDirectory), `${stack}.json`);
}

/** Whether a local stack has a state, which `npm start` makes. */
export function isDeployed({ directory, state }: LocalPaths, stack: string): boolean {
  return isClaimed(directory) && existsSync(stateFileOf(state, stack));
}

/** Makes the stack in the local backend, unless it is there. */
export async function ensureStack(cli: PulumiCli, stateDirectory: string, stack: string): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  if (!existsSync(stateFileOf(stateDirectory, stack)))
    await cli.capture(["stack", "select", "--create", "--stack", stack]);
}

/** Stands while a deployment is under way; one that is left says that it was cut off or failed. */
const markerOf = (directory: string, stack: string) => path.join(directory, `deploying-${stack}`);

export function wasCutOff(directory: string, stack: string): boolean {
  return existsSync(markerOf(directory, stack));
}

/** `pulumi up` in this terminal, without a question. The policy pack judges each resource before it is changed, and the stack at the end. */
export async function deploy(cli: PulumiCli, directory: string, stack: string): Promise<void> {
  await writeFile(markerOf(directory, stack), "");
  const up = ["up", "--stack", stack, "--yes", "--skip-preview"];
  const exitCode = await cli.runInTerminal([...up, ...policyPackArguments()]);
  if (exitCode !== 0) {
    const fullDisk = explainFullDisk(directory, stack);
    if (fullDisk !== undefined) throw fullDisk;
    throw new UserError(
      `Deploying stack ${stack} failed: see Pulumi's message above; nothing is lost; correct the cause and run \`npm start\` again.`,
      exitCode,
    );
  }
  await rm(markerOf(directory, stack));
}
