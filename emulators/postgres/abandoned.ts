import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { identifyProcess } from "../../foundation/processLock/identity.mjs";

/** Returns a temporary path beside the final one. Its name identifies the process that writes there. */
export function temporaryPath(folder: string, prefix: string): string {
  return path.join(folder, `${prefix}.${process.pid}.${randomUUID()}`);
}

/** Returns the temporary paths in a folder whose processes were killed. */
export function abandonedPaths(folder: string, prefix: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${prefix}.`))
    .filter((name) => identifyProcess(Number(name.slice(prefix.length + 1).split(".")[0])) === undefined)
    .map((name) => path.join(folder, name));
}

/** Removes a folder, and repeats this while a child of the killed process still writes into it. */
export async function removeFolder(folder: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await rm(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
