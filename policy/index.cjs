// The policy pack that the engine runs: pack.ts, bundled again if a source has changed.
const path = require("node:path");
const { bundle, isStale, root } = require("../build/bundle.cjs");

// The SDK reads the pack's version from the package.json of the current folder, which our language host leaves at the project.
process.chdir(__dirname);
bundle(["policy.cjs"].filter(isStale));
module.exports = require(path.join(root, "dist", "policy.cjs"));
