import { UserError } from "../../foundation/userError";

/** An error response of a service. */
export class AwsError extends UserError {
  private constructor(
    message: string,
    /** The service's own code, such as `NoSuchBucket`. */
    readonly code: string,
  ) {
    // Does not keep the SDK's error as the cause, because it contains the whole request, which may contain a secret.
    super(message);
  }

  /** Converts error responses. Cancellations and the like are returned unchanged. */
  static from(error: unknown, operation: string): unknown {
    if (!(error instanceof Error) || error.name === "AbortError" || error instanceof UserError) return error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED" || code === "ECONNRESET") {
      const text = `AWS ${operation}: the local endpoint does not respond (${code}); run \`npm start\` to start it.`;
      return new AwsError(text, code);
    }
    if (!("$metadata" in error)) return error;
    const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
    // The server reports internal errors as HTML, which the SDK cannot parse as JSON or XML.
    if (error instanceof SyntaxError && httpStatusCode !== undefined) {
      return new AwsError(
        `AWS ${operation}: the service responded with status ${httpStatusCode}`,
        "InternalError",
      );
    }
    return new AwsError(`AWS ${operation}: ${error.name}: ${error.message}`, error.name);
  }
}

/** Returns the response of a call; undefined if it fails with one of these "not found" codes. */
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

/** Returns a member that every response contains, although its type is optional. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`the response of the service lacks ${what}`);
  return value;
}
