import { sizeText } from "../../plugins/supabasex/lockMessages";
import type { HazardEntry, LockEntry } from "./model";

/** Returns a lock as text: who waits, for how long, and for which work. */
export function lockText({
  place,
  statement,
  relation,
  lock,
  blocks,
  heldSeconds,
  ...rest
}: LockEntry): string {
  const held = heldSeconds === undefined ? "" : ` for ${heldSeconds.toFixed(1)} s`;
  const size = `${rest.rows === undefined ? "" : `${rest.rows} rows, `}${sizeText(rest.bytes)}`;
  const work = [rest.rewritten ? "rewrites it" : "", rest.scanned ? "reads it completely" : ""].filter(
    (text) => text !== "",
  );
  return [
    `${relation} (${size}): ${lock}${held}, ${[blocks, ...work].join(", ")}`,
    `    ${place}: ${statement}`,
  ].join("\n");
}

export function hazardText({ hazard, relation, place, text, isAccepted }: HazardEntry): string {
  return `${hazard} ${relation} (${place})${isAccepted ? ", accepted" : ""}\n    ${text}`;
}
