import type { Progress } from "./output";

/** What every command receives in addition to its arguments. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted when the program must stop early. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Writes a result to standard output. */
  readonly print: (text: string) => void;
}
