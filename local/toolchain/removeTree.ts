import { chmodSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

/**
 * Deletes a folder recursively, including read-only subfolders, which Go creates for downloaded toolchains even with
 * -modcacherw. Does nothing if the folder does not exist.
 */
export function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The error code depends on the version of Node. Any other error is thrown by the second attempt.
    makeWritable(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(path.join(folder, entry.name));
  }
}
