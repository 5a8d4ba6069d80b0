/**
 * Gets one line of what is being done and why. A tick only says how far the last line's step has got: it is for a display
 * where a line replaces the one before it, and left out of any other.
 */
export type Progress = (line: string, kind?: "step" | "tick") => void;

/** For commands whose standard output is theirs. */
export const progressToStandardError: Progress = (line, kind = "step") => {
  if (kind === "step") process.stderr.write(`${line}\n`);
};
