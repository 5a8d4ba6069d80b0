import { readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as z from "zod";
import { identifyProcess } from "../../foundation/processLock/identity.mjs";

/** A lock that the Pulumi CLI holds on a stack of a file backend. */
export interface StateLock {
  readonly file: string;
  /** Undefined if the file names no holder, because its CLI was killed while writing. The file locks the stack all the same. */
  readonly holder: { readonly pid: number; readonly hostname: string; readonly takenAt: string } | undefined;
}

const lockFile = z.object({ pid: z.number(), hostname: z.string(), timestamp: z.string() });

/** Returns the locks on a stack. To the CLI, every file in the folder is a lock. */
export async function findStateLocks(
  stateDirectory: string,
  project: string,
  stack: string,
): Promise<StateLock[]> {
  const folder = path.join(lockFolder(stateDirectory, project), stack);
  const names = await readdir(folder).catch(() => []);
  const locks = await Promise.all(
    names.map(async (name): Promise<StateLock | undefined> => {
      const file = path.join(folder, name);
      const text = await readFile(file, "utf8").catch(() => undefined);
      return text === undefined ? undefined : { file, holder: parseHolder(text) };
    }),
  );
  return locks.filter((lock) => lock !== undefined);
}

/** Returns the locks on all stacks of a project. */
export async function findAllStateLocks(stateDirectory: string, project: string): Promise<StateLock[]> {
  const stacks = await readdir(lockFolder(stateDirectory, project)).catch(() => []);
  return (await Promise.all(stacks.map((stack) => findStateLocks(stateDirectory, project, stack)))).flat();
}

function lockFolder(stateDirectory: string, project: string): string {
  return path.join(stateDirectory, ".pulumi", "locks", "organization", project);
}

function parseHolder(text: string): StateLock["holder"] {
  try {
    const { pid, hostname, timestamp } = lockFile.parse(JSON.parse(text));
    return { pid, hostname, takenAt: timestamp };
  } catch {
    return undefined;
  }
}

/** Returns whether the process that took the lock still runs. A lock of another machine counts as held. */
export function isHeld(lock: StateLock, hostname = os.hostname(), isAlive = processIsAlive): boolean {
  if (lock.holder === undefined) return false;
  return lock.holder.hostname !== hostname || isAlive(lock.holder.pid);
}

const processIsAlive = (pid: number) => identifyProcess(pid) !== undefined;

/** Removes a lock whose holder no longer exists. */
export async function removeStateLock(lock: StateLock): Promise<void> {
  await rm(lock.file, { force: true });
}

/** Describes the holder of the lock, for messages. */
export function describeHolder({ holder }: StateLock): string {
  if (holder === undefined) return "no process";
  return `process ${holder.pid} on ${holder.hostname}, since ${holder.takenAt}`;
}
