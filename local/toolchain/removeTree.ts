import { chmodSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

/**
 * Deletes a folder with all that is in it, also below folders that may not be written: Go makes those of a toolchain that it
 * fetches so, whatever -modcacherw says. Nothing happens where there is no such folder.
 */
export function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Versions of Node name this fault differently. Any other one comes back.
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
