// The SDK captures the stack of each of some thousand promises. It only prints them if this variable is set, for promises that
// never resolved. Capturing them took a twentieth of the program's time in a preview.

/**
 * The SDK's declarations omit this function.
 * @typedef {<T>(promise: Promise<T>, context?: unknown) => Promise<T>} DebuggablePromise
 */

const debuggable = /** @type {{ debuggablePromise: DebuggablePromise }} */ (
  require("@pulumi/pulumi/runtime/debuggable")
);

const { debuggablePromise } = debuggable;

/** @type {DebuggablePromise} */
debuggable.debuggablePromise = (promise, context) => {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return debuggablePromise(promise, context);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return debuggablePromise(promise, context);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};
