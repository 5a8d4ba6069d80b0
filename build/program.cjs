// What `pulumi` runs (package.json "main"): index.ts, bundled again when a source has changed. Bundling takes
// milliseconds where the language host's own TypeScript compiler takes seconds; `npm run check` does the type check.
require("./pulumi-patches/index.cjs");
const path = require("node:path");
const { bundle, isStale, root } = require("./bundle.cjs");

// The probe is what a function of the stack consists of.
bundle(["../sdks/supabase/bin/index.js", "program.cjs", "probe.cjs"].filter(isStale));
module.exports = require(path.join(root, "dist", "program.cjs"));
