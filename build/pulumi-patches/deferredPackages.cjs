// To serialize functions, the SDK loads npm's dependency solver (some 400 files) and the TypeScript compiler, which together
// take a quarter of the program's time in a preview. This program serializes no functions, so the SDK gets proxies that load
// the packages on first use.
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
    // `__esModule` prevents the SDK's `import *` from copying every property, which would load the package.
    { get: (_target, key) => (key === "__esModule" ? true : load()[key]) },
  );
  require.cache[file] = placeholder;
}
