import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../foundation/userError";

const marker = "thorbis-local-stack";
const firstLine = "`npm run down` deletes this folder.";

/** Which folder a marker was written for. A folder that is moved keeps its number, and a copy gets another. */
interface Origin {
  readonly path: string;
  readonly inode: number;
}

/**
 * Makes the folder of a local environment. `npm run down` deletes it with all that is in it, so one that holds
 * somebody else's files is refused. So is a copy of another environment's: its databases may have been written to while they
 * were copied, and its services are the other's.
 */
export async function claimDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (!isClaimed(directory)) {
    // Asked again behind the listing: of two first commands at once, the other may have claimed it meanwhile.
    if ((await readdir(directory)).length > 0 && !isClaimed(directory)) {
      throw new UserError(
        `${directory} holds files that are not the local stack's: empty it, or set THORBIS_LOCAL_DIRECTORY to a folder of its own.`,
      );
    }
    await mark(directory);
    return;
  }
  const original = originalOf(directory);
  if (original !== undefined) {
    throw new UserError(
      `${directory} is a copy of ${original}, and the copy of a local stack cannot run: \`npm run down\` here deletes it and leaves ${original} as it is, then run this command again.`,
    );
  }
  // Also one of before markers said for which folder they are, and one that was moved.
  if (originIn(directory)?.path !== realpathSync(directory)) await mark(directory);
}

/** Whether the folder is one that a command of the local stack made. */
export function isClaimed(directory: string): boolean {
  return existsSync(path.join(directory, marker));
}

/** Returns the folder that this one was copied from; undefined for one that was made, or moved, here. */
export function originalOf(directory: string): string | undefined {
  const origin = originIn(directory);
  if (origin === undefined || origin.inode === statSync(directory).ino) return undefined;
  return origin.path === realpathSync(directory) ? undefined : origin.path;
}

async function mark(directory: string): Promise<void> {
  const origin: Origin = { path: realpathSync(directory), inode: statSync(directory).ino };
  await writeFile(path.join(directory, marker), `${firstLine}\n${JSON.stringify(origin)}\n`);
}

/** What the marker says; undefined where it says nothing, as those of before. */
function originIn(directory: string): Origin | undefined {
  try {
    const [, text = ""] = readFileSync(path.join(directory, marker), "utf8").split("\n");
    return JSON.parse(text) as Origin;
  } catch {
    return undefined;
  }
}
