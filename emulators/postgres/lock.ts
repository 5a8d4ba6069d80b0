import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "../../local/processIdentity.mjs";
import { abandonedPaths, temporaryPath } from "./abandoned";

/**
 * Runs one holder at a time, across processes. The lock names its holder, and the lock of a killed holder is taken over at
 * once. Others wait and check every 50 ms.
 */
export async function withLock<T>(file: string, run: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = temporaryPath(path.dirname(file), path.basename(file));
  writeFileSync(mine, JSON.stringify(identifyProcess(process.pid)));
  try {
    while (!tryLink(mine, file)) {
      evictDeadHolder(file, `${mine}.evicted`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const left of abandonedPaths(path.dirname(file), path.basename(file))) rmSync(left, { force: true });
    try {
      return await run();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Takes the lock with a hard link, which appears together with its content. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function evictDeadHolder(file: string, aside: string): void {
  if (holderLives(file)) return;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // A new holder may have taken the lock between the check and the rename. Then it is put back.
  if (holderLives(aside)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

/** Returns whether the lock is held. A missing lock counts as held; the next attempt to take it decides. */
function holderLives(file: string): boolean {
  try {
    return isSameProcess(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
