import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../foundation/userError";
import { type LocalPaths, projectName } from "../environment";
import { progressToStandardError } from "../progress";
import { projectDatabaseUrl } from "../projectDatabase";
import { requireMachine, thisMachine } from "../services/machine";
import { type LocalSession, openLocalSession } from "../session";
import { findMovedDatabase } from "../stack/databaseAddress";
import { PulumiCli } from "../stack/pulumiCli";
import {
  folderOfCommand,
  isLocalStack,
  requireStack,
  stackOfCommand,
  stacksIn,
  startCommandOf,
} from "../stack/stackLocation";
import { describeHolder, findStateLocks, isHeld } from "../stack/stateLocks";
import { ensureToolchain } from "../toolchain";
import { asksForHelp } from "./help";
import { refuseWrongUsage } from "./pulumiUsage";

/** `npm run pulumi -- …`: any command of the CLI on the local stack. Starts the services that do not run. */
export async function pulumi(paths: LocalPaths, args: readonly string[]): Promise<number> {
  if (asksForHelp(args) || args[0] === "version") return await (await cliAlone(paths)).runInTerminal(args);
  refuseForeignStack(paths, stackOfCommand(args));
  const folder = folderOfCommand(paths, args);
  const machine = thisMachine(paths.directory, progressToStandardError);
  await refuseWrongUsage(await cliAlone(paths, () => requireMachine(machine)), args);
  const session = await openLocalSession(paths, "pulumi", progressToStandardError);
  if (args.some((arg) => connecting.has(arg))) await refuseMovedDatabase(session, paths, args);
  const exitCode = await session.pulumiIn(folder).runInTerminal(args);
  if (exitCode !== 0) await explainLock(paths, stackOfCommand(args));
  return exitCode;
}

/** Commands that connect to the database as the state says. */
const connecting: ReadonlySet<string> = new Set(["up", "update", "preview", "refresh", "destroy"]);

/** Returns the CLI without state and services. `beforeMaking` runs before a CLI is downloaded or built. */
async function cliAlone(paths: LocalPaths, beforeMaking?: () => Promise<unknown>): Promise<PulumiCli> {
  const { pulumi: program, environment } = await ensureToolchain({
    progress: progressToStandardError,
    ...(beforeMaking && { beforeMaking }),
  });
  return new PulumiCli(program, paths.checkout, environment);
}

/**
 * The state of an environment is elsewhere, and its stack file names accounts that are not on this machine. A stack without a
 * file can be one that somebody has made here, with `pulumi stack init`.
 */
function refuseForeignStack({ checkout, directory }: LocalPaths, stack: string): void {
  if (!existsSync(directory)) requireStack(checkout, stack);
  if (isLocalStack(stack) || !stacksIn(checkout).includes(stack)) return;
  throw new UserError(
    `Stack ${stack} is no stack of this machine: make a local copy of it with \`npm start -- --like ${stack}\` and name that (-s like-${stack}), or deploy ${stack} itself with \`pulumi up -s ${stack}\`, as README.md says under "Deploy for real".`,
  );
}

/** To tell the stack takes a deployment, and nobody has asked for one here. */
async function refuseMovedDatabase(
  { services }: LocalSession,
  paths: LocalPaths,
  args: readonly string[],
): Promise<void> {
  const stack = stackOfCommand(args);
  const folder = folderOfCommand(paths, args);
  if (!existsSync(path.join(folder, `Pulumi.${stack}.yaml`))) return;
  const databaseUrl = await projectDatabaseUrl({ folder, stack }, paths.state, services.supabase.endpoint);
  const moved = await findMovedDatabase(paths.state, stack, databaseUrl);
  if (moved === undefined) return;
  throw new UserError(
    `PostgreSQL listens on port ${moved.port}, because ${moved.known} is no longer free, and stack ${stack} does not know yet: run \`${startCommandOf(stack)}\`, which tells it, then this command again.`,
  );
}

/** The engine lists the lock's file and more; what a person needs to know is who is at work. */
async function explainLock(paths: LocalPaths, stack: string): Promise<void> {
  const [lock] = await findStateLocks(paths.state, projectName, stack);
  if (lock === undefined) return;
  const sentence = isHeld(lock)
    ? `Another Pulumi run (${describeHolder(lock)}) is at work on stack ${stack}: wait until it has ended, then run this command again.`
    : `The Pulumi run that locked stack ${stack} (${describeHolder(lock)}) has gone: run \`${startCommandOf(stack)}\`, which removes its lock, then this command again.`;
  process.stderr.write(`${sentence}\n`);
}
