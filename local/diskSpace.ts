import { statfsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../foundation/userError";

const megabyte = 1024 * 1024;

/** What a new local stack writes (measured: 72 MB), plus the write-ahead log that a busy PostgreSQL keeps. */
export const newStackMegabytes = 256;
/** What the start of an existing stack may write. */
export const knownStackMegabytes = 32;

const advice = "free space there, or set THORBIS_LOCAL_DIRECTORY to a folder on another disk, and run";

/** Returns the free space for this user on the disk of a folder, in whole megabytes. The folder need not exist. */
export function freeMegabytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.floor((bavail * bsize) / megabyte);
  } catch (error) {
    const parent = path.dirname(folder);
    if (parent === folder) throw error;
    return freeMegabytes(parent);
  }
}

/** @throws UserError when the disk of a folder has less free space. */
export function requireSpace(folder: string, megabytes: number, free = freeMegabytes(folder)): void {
  if (free >= megabytes) return;
  throw new UserError(
    `The disk of ${folder} has ${free} MB of free space, and the local stack needs ${megabytes} MB: ${advice} the command again.`,
  );
}

/**
 * Returns the error for a deployment that failed while its disk was nearly full; undefined if there was space. The threshold
 * is above zero, because the failed deployment may have deleted files that had filled the disk.
 */
export function explainFullDisk(
  folder: string,
  stack: string,
  free = freeMegabytes(folder),
): UserError | undefined {
  if (free >= knownStackMegabytes) return undefined;
  return new UserError(
    `Deploying stack ${stack} failed, and the disk of ${folder} has only ${free} MB of free space: nothing is lost; ${advice} \`npm start\` again.`,
  );
}
