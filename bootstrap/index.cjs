// The program that the engine runs: main.ts, bundled again if a source has changed.
require("../build/pulumi-patches/index.cjs");
const path = require("node:path");
const { bundle, isStale, root } = require("../build/bundle.cjs");

bundle(["bootstrap.cjs"].filter(isStale));
module.exports = require(path.join(root, "dist", "bootstrap.cjs"));
