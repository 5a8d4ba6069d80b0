import { readdirSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { bundleEntryPoint } from "./bundleEntryPoint";

// Part of `npm ci`: bundles every function. A refresh runs no program, but the provider reads the deployed file in it.
const root = checkoutRoot();
for (const slug of readdirSync(path.join(root, "functions"))) {
  bundleEntryPoint(slug, `functions/${slug}/index.ts`, root);
}
