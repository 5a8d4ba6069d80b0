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
 * Resumes a paused project, and replaces a deleted one. Each is a separate deployment, because the main deployment refreshes
 * first, which fails without a database.
 */
export async function bringProjectBack(
  cli: PulumiCli,
  options: {
    readonly stateDirectory: string;
    readonly stack: string;
    /** The URL of the Management API. */
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
    say(`Project ${project.ref} was deleted: creating a new one. Restore a backup to get the data back.`);
    await deployAlone(cli, stack, ["--refresh=false", "--replace", project.urn]);
  } else if (isJsonObject(json) && json.status === "INACTIVE") {
    say(`Project ${project.ref} was paused: resuming it.`);
    await deployAlone(cli, stack, ["--target", project.platformSettingsUrn]);
  }
}

async function deployAlone(cli: PulumiCli, stack: string, how: readonly string[]): Promise<void> {
  const exitCode = await cli.runInTerminal(["up", "--stack", stack, "--yes", "--skip-preview", ...how]);
  if (exitCode === 0) return;
  throw new UserError(
    `The project of stack ${stack} could not be resumed or recreated: see Pulumi's message above, then run \`npm start\` again.`,
    exitCode,
  );
}
