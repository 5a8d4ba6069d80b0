import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Identifies the build of a program. */
export function buildOf(program: string): string {
  return createHash("sha256").update(readFileSync(program)).digest("hex");
}
