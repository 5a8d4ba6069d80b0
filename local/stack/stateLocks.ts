import { readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";

/** A lock that the Pulumi CLI holds on a stack of a file backend. */
export interface StateLock {
  readonly file: string;
  readonly pid: number;
  readonly hostname: string;
  readonly takenAt: string;
}

const lockFile = z.object({ pid: z.number(), hostname: z.string(), timestamp: z.string() });

/** The locks on a stack, readable ones only: a CLI that was killed while writing its lock never held it. */
export async function findStateLocks(
  stateDirectory: string,
  project: string,
  stack: string,
): Promise<StateLock[]> {
  const folder = path.join(stateDirectory, ".pulumi", "locks", "organization", project, stack);
  const names = await readdir(folder).catch(() => []);
  const locks = await Promise.all(
    names.map(async (name): Promise<StateLock | undefined> => {
      const file = path.join(folder, name);
      const parsed = lockFile.safeParse(JSON.parse(await readFile(file, "utf8").catch(() => "null")));
      if (!parsed.success) return undefined;
      const { pid, hostname, timestamp } = parsed.data;
      return { file, pid, hostname, takenAt: timestamp };
    }),
  );
  return locks.filter((lock) => lock !== undefined);
}

/** Whether the process that took the lock is still running. A lock of another machine counts as held. */
export function isHeld(lock: StateLock, hostname = os.hostname(), isAlive = processIsAlive): boolean {
  return lock.hostname !== hostname || isAlive(lock.pid);
}

/** Removes a lock that nobody holds any more. */
export async function removeStateLock(lock: StateLock): Promise<void> {
  await rm(lock.file, { force: true });
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
