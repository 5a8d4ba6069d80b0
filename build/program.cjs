// The entry point of the Pulumi program (package.json "main"): index.ts, rebundled if a source has changed. Bundling takes
// milliseconds; the language host's TypeScript compiler takes seconds. `npm run check` checks the types.
require("./pulumi-patches/index.cjs");
const path = require("node:path");
const { bundle, isStale, root } = require("./bundle.cjs");

// The stack deploys the probe's bundle as a Lambda function.
bundle(["../sdks/supabase/bin/index.js", "program.cjs", "probe.cjs"].filter(isStale));
module.exports = require(path.join(root, "dist", "program.cjs"));
