import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Tells one version of a built program from another. */
export function buildOf(program: string): string {
  return createHash("sha256").update(readFileSync(program)).digest("hex");
}
