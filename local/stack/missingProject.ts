import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isJsonObject } from "../../foundation/json";
import { ManagementApi } from "../../foundation/managementApi";
import { UserError } from "../../foundation/userError";
import { localAccessToken } from "../environment";
import { stateFileOf } from "./deploy";
import { projectInState } from "./projectInState";
import type { PulumiCli } from "./pulumiCli";

/**
 * Wakes a project that somebody has paused, and makes a new one for one that somebody has deleted. Both are deployments of
 * their own: the one that follows refreshes first, which without a database fails.
 */
export async function bringProjectBack(
  cli: PulumiCli,
  options: {
    readonly stateDirectory: string;
    readonly stack: string;
    /** Of the Management API. */
    readonly endpoint: string;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { stateDirectory, stack, endpoint, say } = options;
  const file = stateFileOf(stateDirectory, stack);
  const project = existsSync(file) ? projectInState(await readFile(file, "utf8")) : undefined;
  if (project === undefined) return;
  const api = new ManagementApi({ endpoint, accessToken: localAccessToken, client: "thorbis-local" });
  const { status, json } = await api.call("GET", `/projects/${project.ref}`);
  if (status === 404) {
    say(`Project ${project.ref} was deleted: making a new one. A restore brings back what was backed up.`);
    await deployAlone(cli, stack, ["--refresh=false", "--replace", project.urn]);
  } else if (isJsonObject(json) && json.status === "INACTIVE") {
    say(`Project ${project.ref} was paused: waking it.`);
    await deployAlone(cli, stack, ["--target", project.platformSettingsUrn]);
  }
}

async function deployAlone(cli: PulumiCli, stack: string, how: readonly string[]): Promise<void> {
  const exitCode = await cli.runInTerminal(["up", "--stack", stack, "--yes", "--skip-preview", ...how]);
  if (exitCode === 0) return;
  throw new UserError(
    `The project of stack ${stack} could not be brought back: see Pulumi's message above, then run \`npm start\` again.`,
    exitCode,
  );
}
