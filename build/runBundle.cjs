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

/** Runs the bundle as if Node.js had started it. It may require bundles beside it as `./name`. */
function runBundle(bundle) {
  process.argv[1] = bundle;
  load(bundle);
}

const loaded = new Map();

/**
 * Returns the exports of a bundle. Its compiled code is in a file beside it. If there is none for this content and this
 * version of Node.js, and the folder can be written, it is written after 1.5 seconds.
 */
function load(bundle) {
  const known = loaded.get(bundle);
  if (known !== undefined) return known.exports;
  const source = readFileSync(bundle);
  // V8 itself compares only the length of the source.
  const digest = createHash("sha256").update(source).digest();
  const file = `${bundle}.${process.version}-${process.arch}.compiled`;
  const cachedData = readCompiled(file, digest);
  const [beginning] = Module.wrapper;
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
  const require = (name) =>
    name.startsWith("./") ? load(path.join(folder, `${name}.cjs`)) : requireHere(name);
  const module = { exports: {} };
  loaded.set(bundle, module);
  script.runInThisContext()(module.exports, require, module, bundle, folder);
  return module.exports;
}

/** Returns the compiled code for the source with this digest, which the file begins with. */
function readCompiled(file, digest) {
  try {
    const content = readFileSync(file);
    const end = digest.length;
    return content.subarray(0, end).equals(digest) ? content.subarray(end) : undefined;
  } catch {
    return undefined;
  }
}

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
  runBundle(path.resolve(process.argv[1]));
}
