// Maps only the program's own stack frames to its TypeScript sources. source-map-support, which the SDK's runner has installed,
// also maps every frame of every package, and the SDK takes two stacks per resource. That took a fifth of the program's time in
// a preview. Node.js reads a source map in half of the time.
const { readFileSync } = require("node:fs");
const { SourceMap } = require("node:module");
const path = require("node:path");
const { root } = require("../bundle.cjs");

const program = path.join(root, "dist", "program.cjs");

/** @type {SourceMap | undefined} */
let sourceMap;

/**
 * Caches source positions by V8's position. The same few are in almost every stack.
 * @type {Map<string, string>}
 */
const mapped = new Map();

/** @param {NodeJS.CallSite} frame */
function describe(frame) {
  const text = String(frame);
  if (frame.getFileName() !== program) return text;
  const known = mapped.get(text);
  if (known !== undefined) return known;
  const found = withSource(frame, text);
  mapped.set(text, found);
  return found;
}

/**
 * Returns the text of a frame with the position in the source instead of the one in the bundle, both counted from 1.
 * @param {NodeJS.CallSite} frame
 * @param {string} text
 */
function withSource(frame, text) {
  const line = frame.getLineNumber();
  const column = frame.getColumnNumber();
  if (line === null || column === null) return text;
  const entry = sourceEntry(line - 1, column - 1);
  if (entry?.originalSource === undefined) return text;
  const source = path.resolve(path.dirname(program), entry.originalSource);
  const position = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return text.replace(`${program}:${line}:${column}`, position);
}

/**
 * @param {number} line
 * @param {number} column
 * @returns {import("node:module").SourceMapping | { originalSource?: undefined } | undefined}
 */
function sourceEntry(line, column) {
  try {
    sourceMap ??= new SourceMap(JSON.parse(readFileSync(`${program}.map`, "utf8")));
    return sourceMap.findEntry(line, column);
  } catch {
    // The map is missing or being replaced: the position in the bundle is better than no error message.
    return undefined;
  }
}

/** @param {Error} error */
function heading(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

Error.prepareStackTrace = (error, frames) =>
  [heading(error), ...frames.map((frame) => `    at ${describe(frame)}`)].join("\n");
