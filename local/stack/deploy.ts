import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { policyPackArguments } from "../../foundation/policyPack";
import { UserError } from "../../foundation/userError";
import { isClaimed } from "../directory";
import { explainFullDisk } from "../diskSpace";
import { type LocalPaths, projectName } from "../environment";
import type { PulumiCli } from "./pulumiCli";

/** Returns the folder where the file backend keeps the stacks of this project. */
export function stacksDirectoryOf(stateDirectory: string): string {
  return path.join(stateDirectory, ".pulumi", "stacks", projectName);
}

/** Returns the file where the file backend keeps a stack. */
export function stateFileOf(stateDirectory: string, stack: string): string {
  return path.join(stacksDirectoryOf(stateDirectory), `${stack}.json`);
}

/** Returns whether a local stack has a state, which `npm start` creates. */
export function isDeployed({ directory, state }: LocalPaths, stack: string): boolean {
  return isClaimed(directory) && existsSync(stateFileOf(state, stack));
}

/** Creates the stack in the local backend, unless it exists. */
export async function ensureStack(cli: PulumiCli, stateDirectory: string, stack: string): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  if (!existsSync(stateFileOf(stateDirectory, stack)))
    await cli.capture(["stack", "select", "--create", "--stack", stack]);
}

/** Returns the marker file that exists during a deployment. If one is left over, the deployment was killed or failed. */
const markerOf = (directory: string, stack: string) => path.join(directory, `deploying-${stack}`);

export function wasCutOff(directory: string, stack: string): boolean {
  return existsSync(markerOf(directory, stack));
}

/** Runs `pulumi up --yes` in this terminal. The policy pack checks each resource before it is changed, and the stack at the end. */
export async function deploy(cli: PulumiCli, directory: string, stack: string): Promise<void> {
  await writeFile(markerOf(directory, stack), "");
  const up = ["up", "--stack", stack, "--yes", "--skip-preview"];
  const exitCode = await cli.runInTerminal([...up, ...policyPackArguments()]);
  if (exitCode !== 0) {
    const fullDisk = explainFullDisk(directory, stack);
    if (fullDisk !== undefined) throw fullDisk;
    throw new UserError(
      `Deploying stack ${stack} failed: see Pulumi's message above; nothing is lost; fix the cause and run \`npm start\` again.`,
      exitCode,
    );
  }
  await rm(markerOf(directory, stack));
}
