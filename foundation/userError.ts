/**
 * An error with a message for the user: one sentence that says what is wrong, where, and what to do. Printed without a stack
 * trace. Every other error is printed with its stack trace.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /** Pulumi's marker of an error for the user: the engine prints only the message. */
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

/** Returns the text to print for an error: only the message of a UserError, else the stack trace. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** Returns the message of an error, without its stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
