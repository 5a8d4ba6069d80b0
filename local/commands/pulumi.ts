import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../foundation/userError";
import { type LocalPaths, projectName } from "../environment";
import { progressToStandardError } from "../progress";
import { projectAddress } from "../projectDatabase";
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

/** Runs `npm run pulumi -- …`: any Pulumi command on the local stack. Starts the services that are not running. */
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

/** Commands that connect to the database at the address in the state. */
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
 * Refuses an environment such as `prod`: its state is in another backend, and its stack file names real accounts. A stack
 * without a file may exist here, created with `pulumi stack init`.
 */
function refuseForeignStack({ checkout, directory }: LocalPaths, stack: string): void {
  if (!existsSync(directory)) requireStack(checkout, stack);
  if (isLocalStack(stack) || !stacksIn(checkout).includes(stack)) return;
  throw new UserError(
    `Stack ${stack} is not a local stack: create a local copy with \`npm start -- --like ${stack}\` and name that (-s like-${stack}), or deploy ${stack} itself with \`pulumi up -s ${stack}\` (see "Deploy for real" in README.md).`,
  );
}

/** Reports a changed port. Updating the stack would take a deployment, which the user has not asked for. */
async function refuseMovedDatabase(
  { services }: LocalSession,
  paths: LocalPaths,
  args: readonly string[],
): Promise<void> {
  const stack = stackOfCommand(args);
  const folder = folderOfCommand(paths, args);
  if (!existsSync(path.join(folder, `Pulumi.${stack}.yaml`))) return;
  const address = await projectAddress({ folder, stack }, paths.state, services.supabase.endpoint);
  const moved = await findMovedDatabase(paths.state, stack, address?.pooler.port);
  if (moved === undefined) return;
  throw new UserError(
    `PostgreSQL listens on port ${moved.port}, because ${moved.known} is in use, but stack ${stack} still has the old port: run \`${startCommandOf(stack)}\`, which updates it, then this command again.`,
  );
}

/** Replaces the engine's message about a lock, which lists files, by one that names the process. */
async function explainLock(paths: LocalPaths, stack: string): Promise<void> {
  const [lock] = await findStateLocks(paths.state, projectName, stack);
  if (lock === undefined) return;
  const sentence = isHeld(lock)
    ? `Another Pulumi run (${describeHolder(lock)}) is running on stack ${stack}: wait until it ends, then run this command again.`
    : `The Pulumi run that locked stack ${stack} (${describeHolder(lock)}) no longer exists: run \`${startCommandOf(stack)}\`, which removes its lock, then this command again.`;
  process.stderr.write(`${sentence}\n`);
}
