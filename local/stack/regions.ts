import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { stacksIn } from "./stackLocation";

/** Where AWS is for a stack that does not say: the region that needs no location constraint. */
export const defaultRegion = "us-east-1";

/** The AWS region of a stack: `aws:region` of its file. What is wrong with a file is for those to say who deploy its stack. */
export function regionOfStack(folder: string, stack: string): string {
  try {
    const text = readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8");
    const region: unknown = parse(text)?.config?.["aws:region"];
    return typeof region === "string" && /^[a-z0-9-]+$/.test(region) ? region : defaultRegion;
  } catch {
    return defaultRegion;
  }
}

/** The regions of all stacks that have a file here: a local copy of any of them needs its own. */
export function regionsOfStacks(folder: string): string[] {
  const regions = stacksIn(folder).map((stack) => regionOfStack(folder, stack));
  return [...new Set([defaultRegion, ...regions])].sort();
}
