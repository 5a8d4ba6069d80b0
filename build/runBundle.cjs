// Runs a bundle with the code that V8 compiled for it in an earlier process: `node build/runBundle.cjs <bundle> [arguments]`.
// The engine starts each provider twice per command, and half of a start was compilation. (Node.js 22 has such a cache, which
// it only writes at the end of a process; the engine kills providers.)
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createRequire, Module } = require("node:module");
const path = require("node:path");
const { Script } = require("node:vm");
const { replaceFile } = require("./bundle.cjs");

/** When a provider has compiled what its first calls need, in milliseconds. */
const compiledAfter = 1500;

/**
 * Runs the bundle as if Node.js had started it. It may require bundles beside it as `./name`.
 * @param {string} bundle
 */
function runBundle(bundle) {
  process.argv[1] = bundle;
  load(bundle);
}

/** @type {Map<string, { exports: unknown }>} */
const loaded = new Map();

/** Node's types omit `wrapper`, the two parts that `wrap` adds. */
const { wrapper } = /** @type {{ wrapper: [string, string] }} */ (/** @type {unknown} */ (Module));

/**
 * Returns the exports of a bundle. Its compiled code is in a file beside it. If there is none for this content and this
 * version of Node.js, and the folder can be written, it is written after 1.5 seconds.
 * @param {string} bundle
 * @returns {unknown}
 */
function load(bundle) {
  const known = loaded.get(bundle);
  if (known !== undefined) return known.exports;
  const source = readFileSync(bundle);
  // V8 itself compares only the length of the source.
  const digest = createHash("sha256").update(source).digest();
  const file = `${bundle}.${process.version}-${process.arch}.compiled`;
  const cachedData = readCompiled(file, digest);
  const [beginning] = wrapper;
  const script = new Script(Module.wrap(source.toString()), {
    filename: bundle,
    columnOffset: -beginning.length,
    cachedData,
  });
  if (cachedData === undefined || script.cachedDataRejected) {
    setTimeout(() => writeCompiled(file, [digest, script.createCachedData()]), compiledAfter).unref();
  }
  const folder = path.dirname(bundle);
  const requireHere = createRequire(bundle);
  /** @param {string} name */
  const require = (name) =>
    name.startsWith("./") ? load(path.join(folder, `${name}.cjs`)) : requireHere(name);
  const module = { exports: {} };
  loaded.set(bundle, module);
  /** @type {(...names: [unknown, typeof require, typeof module, string, string]) => void} */
  const run = script.runInThisContext();
  run(module.exports, require, module, bundle, folder);
  return module.exports;
}

/**
 * Returns the compiled code for the source with this digest, which the file begins with.
 * @param {string} file
 * @param {Buffer} digest
 */
function readCompiled(file, digest) {
  try {
    const content = readFileSync(file);
    const end = digest.length;
    return content.subarray(0, end).equals(digest) ? content.subarray(end) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {Buffer[]} parts
 */
function writeCompiled(file, parts) {
  try {
    replaceFile(file, Buffer.concat(parts));
  } catch {
    // The folder is read-only or full. The program runs without.
  }
}

module.exports = { runBundle };

if (require.main === module) {
  process.argv.splice(1, 1);
  const [, bundle] = process.argv;
  if (bundle === undefined) throw new Error("Give a bundle: node build/runBundle.cjs <bundle> [arguments].");
  runBundle(path.resolve(bundle));
}
