import type { Progress } from "./output";

/** What every command is given besides its arguments. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted when the program is to end before its time. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Writes a result to standard output. */
  readonly print: (text: string) => void;
}
