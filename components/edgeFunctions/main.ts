import { readdirSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { bundleEntryPoint } from "./bundleEntryPoint";

// Part of `npm ci`: bundles every function. A refresh runs no program, but the provider reads the deployed file in it.
// As in the Supabase CLI, a folder whose name begins with an underscore contains code that functions share.
const root = checkoutRoot();
for (const slug of readdirSync(path.join(root, "functions"))) {
  if (!slug.startsWith("_")) bundleEntryPoint(slug, `functions/${slug}/index.ts`, root);
}
