// For programs that send functions to a cloud, the SDK loads npm's solver of dependencies (some 400 files) and the
// TypeScript compiler, which together take a quarter of a preview's program. This program sends none: the SDK gets what
// looks like the two and loads them when it asks something of them.
const Module = require("node:module");
const { createRequire } = Module;

const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));

for (const request of ["@npmcli/arborist", "./typescript-shim.js"]) defer(requireOfSdk.resolve(request));

function defer(file) {
  if (require.cache[file] !== undefined) return;
  let loaded;
  const load = () => {
    if (loaded === undefined) {
      delete require.cache[file];
      loaded = require(file);
    }
    return loaded;
  };
  const placeholder = new Module(file);
  placeholder.filename = file;
  placeholder.loaded = true;
  placeholder.exports = new Proxy(
    {},
    // `__esModule` keeps the SDK's `import *` from copying every property, which would be asking.
    { get: (_target, key) => (key === "__esModule" ? true : load()[key]) },
  );
  require.cache[file] = placeholder;
}
