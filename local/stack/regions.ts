import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { stacksIn } from "./stackLocation";

/** The default region, which needs no location constraint. */
export const defaultRegion = "us-east-1";

/** Returns a stack's AWS region: `aws:region` in its file. Errors in the file are ignored; a deployment reports them. */
export function regionOfStack(folder: string, stack: string): string {
  try {
    const text = readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8");
    const region: unknown = parse(text)?.config?.["aws:region"];
    return typeof region === "string" && /^[a-z0-9-]+$/.test(region) ? region : defaultRegion;
  } catch {
    return defaultRegion;
  }
}

/** Returns the regions of all stacks with a file here, because a local copy of each needs its region. */
export function regionsOfStacks(folder: string): string[] {
  const regions = stacksIn(folder).map((stack) => regionOfStack(folder, stack));
  return [...new Set([defaultRegion, ...regions])].sort();
}
