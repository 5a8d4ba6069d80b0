import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watchFiles } from "../../foundation/processLock/holders.mjs";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { isExecutable } from "./executables";
import { removeTree } from "./removeTree";

const lockPollMilliseconds = 250;
const draftPrefix = ".making-";

/** Creates the folder and runs one holder at a time for it, across processes and containers. */
export async function withFolderLock<T>(
  folder: string,
  onWait: () => void,
  run: () => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const lock = `${folder}.lock`;
  await waitForEarlierVersion(lock, onWait);
  return await withLock(lock, run, {
    onHeld: (_, attempt) => {
      if (attempt === 0) onWait();
    },
  });
}

/** Waits for another checkout with an earlier version, whose lock is an empty folder that it touches every two seconds. */
async function waitForEarlierVersion(lock: string, onWait: () => void): Promise<void> {
  const watch = watchFiles();
  for (let attempt = 0; isEmptyFolder(lock) && watch(lock) !== "stale"; attempt++) {
    if (attempt === 0) onWait();
    await sleep(lockPollMilliseconds);
  }
}

function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/**
 * Creates the folder `name` in `folder`: `make` fills a draft, which is renamed when complete, so the folder is never
 * half-written. First deletes the drafts of killed runs. The caller holds the lock.
 */
export async function makeFolder<T>(
  folder: string,
  name: string,
  make: (draft: string) => Promise<T>,
): Promise<T> {
  for (const entry of readdirSync(folder)) {
    if (entry.startsWith(draftPrefix)) removeTree(path.join(folder, entry));
  }
  const draft = path.join(folder, `${draftPrefix}${name}-${randomUUID()}`);
  mkdirSync(draft);
  try {
    const result = await make(draft);
    const target = path.join(folder, name);
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
    return result;
  } finally {
    removeTree(draft);
  }
}

/** Flushes a file to disk, so that a power cut after the rename does not leave it empty. */
export function flush(file: string): void {
  const descriptor = openSync(file, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Returns whether all of these programs are in the folder. */
export function holds(folder: string, ...programs: string[]): boolean {
  return programs.every((program) => isExecutable(path.join(folder, program)));
}
