/**
 * An error whose message is written for the person at the terminal: one sentence that says what is wrong, where,
 * and what to do. It is printed without a stack trace; every other error keeps its own.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /** Pulumi's own mark of an error that a program throws for its user: the engine prints the message alone. */
  readonly __pulumiRunError = true;

  constructor(
    message: string,
    /** The process exit code of a command that ends with this error. */
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text to print for any error: the bare message where it is meant for users, else everything there is. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
