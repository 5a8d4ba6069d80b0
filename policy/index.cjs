// What the engine runs as the policy pack: pack.ts, bundled anew when a source has changed since.
const path = require("node:path");
const { bundle, isStale, root } = require("../build/bundle.cjs");

bundle(["policy.cjs"].filter(isStale));
module.exports = require(path.join(root, "dist", "policy.cjs"));
