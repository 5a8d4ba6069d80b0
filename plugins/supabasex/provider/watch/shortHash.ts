import { createHash } from "node:crypto";

/** Returns a hash that is long enough to distinguish two values, and too short to find a value by brute force. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
