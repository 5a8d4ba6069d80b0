import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** Where AWS is for a stack that does not say: the region that needs no location constraint. */
export const defaultRegion = "us-east-1";

/** The AWS region of a stack: `aws:region` of its file. */
export function regionOfStack(folder: string, stack: string): string {
  return regionIn(path.join(folder, `Pulumi.${stack}.yaml`));
}

/** The regions of all stacks that have a file here: a local copy of any of them needs its own. */
export function regionsOfStacks(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
  return [...new Set([defaultRegion, ...files.map((name) => regionIn(path.join(folder, name)))])].sort();
}

/** What is wrong with a file is for those to say who deploy its stack. */
function regionIn(file: string): string {
  try {
    const region: unknown = parse(readFileSync(file, "utf8"))?.config?.["aws:region"];
    return typeof region === "string" && /^[a-z0-9-]+$/.test(region) ? region : defaultRegion;
  } catch {
    return defaultRegion;
  }
}
