// Entry point of every npm script. Plain JavaScript without packages, because a fresh clone has none yet. Installs the
// packages of the lockfile, builds what is older than its sources, and runs the command.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, nodeIssue } from "./packages.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** @param {string | undefined} issue */
function stopAt(issue) {
  if (issue === undefined) return;
  process.stderr.write(`${issue}\n`);
  process.exit(1);
}

function build() {
  const { bundle, staleOutputs } = require("../build/bundle.cjs");
  bundle(staleOutputs());
}

// The warning would appear in the output of every command. package.json states which Node versions we support.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

stopAt(nodeIssue());
stopAt(await installPackages(root, (line) => process.stderr.write(`${line}\n`)));
build();
require(path.join(root, "dist", "local.cjs"));
