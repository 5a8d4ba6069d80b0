// To serialize functions, the SDK loads npm's dependency solver (some 400 files) and the TypeScript compiler, which together
// take a quarter of the program's time in a preview. This program serializes no functions, so the SDK gets proxies that load
// the packages on first use.
const Module = require("node:module");
const { createRequire } = Module;

const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));

for (const request of ["@npmcli/arborist", "./typescript-shim.js"]) defer(requireOfSdk.resolve(request));

/**
 * Replaces a file of the SDK or of one of its packages by a proxy.
 * @param {string} file
 */
function defer(file) {
  if (require.cache[file] !== undefined) return;
  /** @type {Record<string | symbol, unknown> | undefined} */
  let loaded;
  const load = () => {
    if (loaded !== undefined) return loaded;
    delete require.cache[file];
    /** @type {Record<string | symbol, unknown>} */
    const exports = require(file);
    loaded = exports;
    return exports;
  };
  const placeholder = new Module(file);
  placeholder.filename = file;
  placeholder.loaded = true;
  placeholder.exports = new Proxy(
    {},
    // `__esModule` prevents the SDK's `import *` from copying every property, which would load the package.
    { get: (_target, key) => (key === "__esModule" ? true : load()[key]) },
  );
  require.cache[file] = placeholder;
}
