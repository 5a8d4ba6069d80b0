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
 * Runs one holder at a time per folder, across processes and containers. The lock of a killed holder expires after at most
 * ten seconds.
 */
export async function withLock<T>(folder: string, onWait: () => void, run: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  let release: (() => Promise<void>) | undefined;
  for (let attempt = 0; release === undefined; attempt++) {
    try {
      // Compromised means that this machine was suspended and another process took the lock. Results are renamed into place
      // when complete, so two workers waste time but do no harm.
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
    // Fails only if the lock was lost meanwhile.
    await release().catch(() => undefined);
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
