import { UserError } from "../../foundation/userError";

/** What a service answered in place of a result. */
export class AwsError extends UserError {
  private constructor(
    message: string,
    /** The service's own code, such as `NoSuchBucket`. */
    readonly code: string,
  ) {
    // The SDK's error is not kept as the cause: it holds the whole request, and with that perhaps a secret.
    super(message);
  }

  /** Cancellations and the like, which are no answers, stay what they are. */
  static from(error: unknown, operation: string): unknown {
    if (!(error instanceof Error) || error.name === "AbortError" || error instanceof UserError) return error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED" || code === "ECONNRESET") {
      const text = `AWS ${operation}: nothing answers at the local endpoint (${code}); run \`npm start\` to start it.`;
      return new AwsError(text, code);
    }
    if (!("$metadata" in error)) return error;
    const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
    // The server reports its own faults in HTML, which the SDK takes for broken JSON or XML.
    if (error instanceof SyntaxError && httpStatusCode !== undefined) {
      return new AwsError(
        `AWS ${operation}: the service answered with status ${httpStatusCode}`,
        "InternalError",
      );
    }
    return new AwsError(`AWS ${operation}: ${error.name}: ${error.message}`, error.name);
  }
}

/** The answer of a call, or undefined when the service says with one of these codes that there is no such thing. */
export async function unlessMissing<T>(
  call: Promise<T>,
  ...codes: readonly string[]
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** A part of an answer that the service always gives, although its type says otherwise. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`the service answered without ${what}`);
  return value;
}
