// Maps only the program's own stack frames to its TypeScript sources. source-map-support, which the SDK's runner has installed,
// also maps every frame of every package, and the SDK takes two stacks per resource and one per promise. That took a fifth of
// the program's time in a preview.
const path = require("node:path");
const { root } = require("../bundle.cjs");

const { wrapCallSite } = require(
  require.resolve("source-map-support", {
    paths: [path.dirname(require.resolve("@pulumi/pulumi/package.json"))],
  }),
);
const program = path.join(root, "dist", "program.cjs");

/** Caches source positions by V8's position. The same few are in almost every stack. */
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

/** The SDK keeps a stack of every promise, which it only prints if this variable is set, for promises that never resolved. */
const isNeverPrinted = (frames) =>
  !process.env.PULUMI_DEBUG_PROMISE_LEAKS && frames[0]?.getFunctionName() === "debuggablePromise";

Error.prepareStackTrace = (error, frames) => {
  const shown = isNeverPrinted(frames) ? [] : frames;
  return [heading(error), ...shown.map((frame) => `    at ${describe(frame)}`)].join("\n");
};
