import { rm } from "node:fs/promises";
import { UserError } from "../../foundation/userError";
import { withCommandLock } from "../commandLock";
import { isClaimed, originalOf } from "../directory";
import { type LocalPaths, projectName } from "../environment";
import { stopServices } from "../services/start";
import { describeHolder, findAllStateLocks, isHeld } from "../stack/stateLocks";

/** `npm run down`: ends every service of this checkout and removes what it kept. It never asks Pulumi to destroy. */
export async function down(paths: LocalPaths): Promise<void> {
  if (!isClaimed(paths.directory)) {
    process.stdout.write("Nothing to stop: the local stack has not been started here.\n");
    return;
  }
  const original = originalOf(paths.directory);
  if (original !== undefined) {
    // Locks in it are copies of the other folder's, too.
    await stopServices(paths);
    await rm(paths.directory, { recursive: true, force: true });
    process.stdout.write(`The files of the local stack here, a copy of ${original}, are removed.\n`);
    return;
  }
  await withCommandLock(paths.directory, "down", async () => {
    const held = (await findAllStateLocks(paths.state, projectName)).find((lock) => isHeld(lock));
    if (held !== undefined) {
      throw new UserError(
        `A Pulumi run (${describeHolder(held)}) is at work on the local stack: wait until it has ended, then run \`npm run down\` again.`,
      );
    }
    await stopServices(paths);
    await rm(paths.directory, { recursive: true, force: true });
  });
  process.stdout.write("The local stack is down and its files are removed.\n");
}
