/**
 * Receives one line about the current step and its reason. A tick reports the progress of the step: only a display that
 * replaces lines shows it.
 */
export type Progress = (line: string, kind?: "step" | "tick") => void;

/** Prints progress to standard error, for commands that print results to standard output. */
export const progressToStandardError: Progress = (line, kind = "step") => {
  if (kind === "step") process.stderr.write(`${line}\n`);
};
