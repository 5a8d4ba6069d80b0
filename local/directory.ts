import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../foundation/userError";

const marker = "thorbis-local-stack";
const firstLine = "`npm run down` deletes this folder.";

/** Identifies the folder for which a marker was written. A moved folder keeps its inode number, a copy gets another. */
interface Origin {
  readonly path: string;
  readonly inode: number;
}

/**
 * Creates the folder of a local environment. Because `npm run down` deletes the folder, this refuses one that contains other
 * files. It also refuses a copy of another environment's folder: the databases may have been copied while they were
 * written to, and the services in its records belong to the original.
 */
export async function claimDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (!isClaimed(directory)) {
    // Checked again after the listing, because another first command may have claimed the folder meanwhile.
    if ((await readdir(directory)).length > 0 && !isClaimed(directory)) {
      throw new UserError(
        `${directory} contains files that do not belong to the local stack: empty it, or set THORBIS_LOCAL_DIRECTORY to another folder.`,
      );
    }
    await mark(directory);
    return;
  }
  const original = originalOf(directory);
  if (original !== undefined) {
    throw new UserError(
      `${directory} is a copy of ${original}, and a copied local stack cannot run: delete it with \`npm run down\` here, which does not touch ${original}, then run this command again.`,
    );
  }
  // Also updates markers of earlier versions, which do not identify their folder, and those of moved folders.
  if (originIn(directory)?.path !== realpathSync(directory)) await mark(directory);
}

/** Returns whether a command of the local stack created the folder. */
export function isClaimed(directory: string): boolean {
  return existsSync(path.join(directory, marker));
}

/** Returns the folder that this one was copied from; undefined if it is not a copy. */
export function originalOf(directory: string): string | undefined {
  const origin = originIn(directory);
  if (origin === undefined || origin.inode === statSync(directory).ino) return undefined;
  return origin.path === realpathSync(directory) ? undefined : origin.path;
}

async function mark(directory: string): Promise<void> {
  const origin: Origin = { path: realpathSync(directory), inode: statSync(directory).ino };
  await writeFile(path.join(directory, marker), `${firstLine}\n${JSON.stringify(origin)}\n`);
}

/** Reads the marker; undefined for markers of earlier versions, which have no content. */
function originIn(directory: string): Origin | undefined {
  try {
    const [, text = ""] = readFileSync(path.join(directory, marker), "utf8").split("\n");
    return JSON.parse(text) as Origin;
  } catch {
    return undefined;
  }
}
