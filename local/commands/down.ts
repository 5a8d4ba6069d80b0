import { rm } from "node:fs/promises";
import { UserError } from "../../foundation/userError";
import { withCommandLock } from "../commandLock";
import { isClaimed, originalOf } from "../directory";
import { type LocalPaths, projectName } from "../environment";
import { stopServices } from "../services/start";
import { describeHolder, findAllStateLocks, isHeld } from "../stack/stateLocks";

/** Runs `npm run down`: stops every service of this checkout and deletes its data. It never runs `pulumi destroy`. */
export async function down(paths: LocalPaths): Promise<void> {
  if (!isClaimed(paths.directory)) {
    process.stdout.write("Nothing to stop: the local stack has not been started here.\n");
    return;
  }
  const original = originalOf(paths.directory);
  if (original !== undefined) {
    // The locks in it are copies, too, so they do not count.
    await stopServices(paths);
    await rm(paths.directory, { recursive: true, force: true });
    process.stdout.write(
      `This folder was a copy of the local stack in ${original}; its files are deleted.\n`,
    );
    return;
  }
  await withCommandLock(paths.directory, "down", async () => {
    const held = (await findAllStateLocks(paths.state, projectName)).find((lock) => isHeld(lock));
    if (held !== undefined) {
      throw new UserError(
        `A Pulumi run (${describeHolder(held)}) is running on the local stack: wait until it ends, then run \`npm run down\` again.`,
      );
    }
    await stopServices(paths);
    await rm(paths.directory, { recursive: true, force: true });
  });
  process.stdout.write("The local stack is stopped and its files are deleted.\n");
}
