import { type LocalPaths, projectName } from "../environment";
import { openLocalSession } from "../session";
import { folderOfCommand, stackOfCommand } from "../stack/stackLocation";
import { describeHolder, findStateLocks, isHeld } from "../stack/stateLocks";

/** `npm run pulumi -- …`: any command of the CLI on the local stack, whose services it starts where they rest. */
export async function pulumi(paths: LocalPaths, args: readonly string[]): Promise<number> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const session = await openLocalSession(paths, "pulumi", progress);
  const exitCode = await session.pulumiIn(folderOfCommand(paths, args)).runInTerminal(args);
  if (exitCode !== 0) await explainHeldLock(paths, stackOfCommand(args));
  return exitCode;
}

/** The engine lists the lock's file and more; what a person needs to know is who is at work. */
async function explainHeldLock(paths: LocalPaths, stack: string): Promise<void> {
  const held = (await findStateLocks(paths.state, projectName, stack)).find((lock) => isHeld(lock));
  if (held === undefined) return;
  process.stderr.write(
    `Another Pulumi run (${describeHolder(held)}) is at work on stack ${stack}: wait until it has ended, then run this command again.\n`,
  );
}
