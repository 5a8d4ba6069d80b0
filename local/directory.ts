import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../foundation/userError";

const marker = "thorbis-local-stack";

/**
 * Makes the folder of a local environment. `npm run down` deletes it with all that is in it, so one that holds
 * somebody else's files is refused.
 */
export async function claimDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (isClaimed(directory)) return;
  // Asked again behind the listing: of two first commands at once, the other may have claimed it meanwhile.
  if ((await readdir(directory)).length > 0 && !isClaimed(directory)) {
    throw new UserError(
      `${directory} holds files that are not the local stack's: empty it, or set THORBIS_LOCAL_DIRECTORY to a folder of its own.`,
    );
  }
  await writeFile(path.join(directory, marker), "`npm run down` deletes this folder.\n");
}

/** Whether the folder is one that a command of the local stack made. */
export function isClaimed(directory: string): boolean {
  return existsSync(path.join(directory, marker));
}
