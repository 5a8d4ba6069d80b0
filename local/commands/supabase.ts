import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { foreignVariables, type LocalPaths } from "../environment";
import { withDatabase } from "../officialClients/commandLine";
import { ensureOfficialClients } from "../officialClients/installation";
import { prepareWorkspace } from "../officialClients/workspace";
import { progressToStandardError } from "../progress";
import { projectDatabase } from "../projectDatabase";
import { openLocalSession } from "../session";
import { localStack } from "../stack/stackLocation";
import { asksForHelp } from "./help";

/**
 * Runs `npm run supabase -- …`: any command of the official Supabase CLI, against the local stack. The first run installs
 * the CLI. Returns its exit code.
 */
export async function supabase(paths: LocalPaths, args: readonly string[]): Promise<number> {
  const clients = await ensureOfficialClients(progressToStandardError);
  if (asksForHelp(args) || (await startsInVain(paths, clients.supabase, args))) {
    return await run(clients.supabase, args, {});
  }
  const { services } = await openLocalSession(paths, "supabase", progressToStandardError);
  const { endpoint } = services.supabase;
  const database = await projectDatabase(localStack(paths), paths.state, endpoint);
  const { workdir, variables } = await prepareWorkspace(paths, endpoint, database);
  const env = { ...foreignVariables, ...variables };
  if (database !== undefined && !(await isLinked(workdir, database.projectRef))) {
    const link = [clients.supabase, "link", "--project-ref", database.projectRef, "--yes", "--agent", "no"];
    await execa(process.execPath, link, { env });
  }
  return await run(clients.supabase, withDatabase(args, database?.url), env);
}

/**
 * Returns whether services would be started for a command line without a command: a group such as `db`, for which the CLI
 * prints help, or an unknown word. False if the environment exists, because its services run already.
 */
async function startsInVain(paths: LocalPaths, program: string, args: readonly string[]): Promise<boolean> {
  if (existsSync(paths.directory)) return false;
  const help = [program, "--help", ...args];
  const { stdout } = await execa(process.execPath, help, { stdin: "ignore", reject: false });
  return /^ {2}supabase (.+ )?<subcommand>/m.test(stdout);
}

/** Returns whether the folder is linked to this project, according to the CLI's own file. */
async function isLinked(workdir: string, projectRef: string): Promise<boolean> {
  const file = path.join(workdir, "supabase", ".temp", "project-ref");
  return (await readFile(file, "utf8").catch(() => "")).trim() === projectRef;
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const result = await execa(process.execPath, [program, ...args], { env, stdio: "inherit", reject: false });
  return result.exitCode ?? 1;
}
