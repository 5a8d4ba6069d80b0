/**
 * Receives one line that says what is being done and why. A tick reports the progress of the current step: a display that
 * replaces lines shows it, any other drops it.
 */
export type Progress = (line: string, kind?: "step" | "tick") => void;

/** For commands that print results to standard output. */
export const progressToStandardError: Progress = (line, kind = "step") => {
  if (kind === "step") process.stderr.write(`${line}\n`);
};
