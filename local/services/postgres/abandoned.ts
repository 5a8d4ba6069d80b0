import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { identifyProcess } from "../process";

/** A path beside the final one for a thing in the making: its name tells the process that makes it. */
export function temporaryPath(folder: string, prefix: string): string {
  return path.join(folder, `${prefix}.${process.pid}.${randomUUID()}`);
}

/** The temporary paths below a folder whose makers were killed. */
export function abandonedPaths(folder: string, prefix: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${prefix}.`))
    .filter((name) => identifyProcess(Number(name.slice(prefix.length + 1).split(".")[0])) === undefined)
    .map((name) => path.join(folder, name));
}

/** Removes a folder into which a killed maker's own child may still be writing. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}
