import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { isExecutable } from "./executables";
import { removeTree } from "./removeTree";

const lockPollMilliseconds = 250;
const draftPrefix = ".making-";

/**
 * Runs one holder at a time per folder, across processes and containers. A holder that was killed keeps others waiting
 * for ten seconds at most.
 */
export async function withLock<T>(folder: string, onWait: () => void, run: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  let release: (() => Promise<void>) | undefined;
  for (let attempt = 0; release === undefined; attempt++) {
    try {
      // Compromised means that we slept, lid closed, and another process has started over. Results are renamed into place
      // whole, so two workers waste time but spoil nothing.
      release = await lock(folder, { stale: 10_000, update: 2_000, onCompromised: () => undefined });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (attempt === 0) onWait();
      await sleep(lockPollMilliseconds);
    }
  }
  try {
    return await run();
  } finally {
    // Fails only when the lock was lost on the way.
    await release().catch(() => undefined);
  }
}

/**
 * Makes the folder `name` in `folder`: `make` fills a draft, which is renamed when it is complete, so that a folder of
 * that name is never a half-made one. What killed runs have left is removed first; the caller holds the lock.
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

/** Brings a file to the disk, so that a power cut after the renaming does not leave an empty one. */
export function flush(file: string): void {
  const descriptor = openSync(file, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Whether every one of these programs is in the folder. */
export function holds(folder: string, ...programs: string[]): boolean {
  return programs.every((program) => isExecutable(path.join(folder, program)));
}
