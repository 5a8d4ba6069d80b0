// Stack traces of the program name the lines of its TypeScript sources, and only those: source-map-support, which the
// SDK's runner has installed, maps every frame of every package too, and the SDK takes two whole stacks of each resource
// and one of each promise. That was a fifth of what the program costs in a preview.
const path = require("node:path");
const { root } = require("../bundle.cjs");

const { wrapCallSite } = require(
  require.resolve("source-map-support", {
    paths: [path.dirname(require.resolve("@pulumi/pulumi/package.json"))],
  }),
);
const program = path.join(root, "dist", "program.cjs");

/** A place in the program as V8 prints it → as its sources have it. The same few are in almost every stack. */
const mapped = new Map();

function describe(frame) {
  const text = String(frame);
  if (frame.getFileName() !== program) return text;
  if (!mapped.has(text)) mapped.set(text, String(wrapCallSite(frame)));
  return mapped.get(text);
}

function heading(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** The SDK keeps a stack of every promise and prints it only when this variable asks for those that never ended. */
const isNeverPrinted = (frames) =>
  !process.env.PULUMI_DEBUG_PROMISE_LEAKS && frames[0]?.getFunctionName() === "debuggablePromise";

Error.prepareStackTrace = (error, frames) => {
  const shown = isNeverPrinted(frames) ? [] : frames;
  return [heading(error), ...shown.map((frame) => `    at ${describe(frame)}`)].join("\n");
};
