import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { stacksIn } from "./stackLocation";

/** The default region, which needs no location constraint. */
export const defaultRegion = "us-east-1";

/** Returns a stack's AWS region: `aws:region` in its file. Errors in the file are ignored; a deployment reports them. */
export function regionOfStack(folder: string, stack: string): string {
  return regionIn(configOf(folder, stack)?.["aws:region"]) ?? defaultRegion;
}

/** Returns the regions of all stacks with a file here, because a local copy of each needs its region. */
export function regionsOfStacks(folder: string): string[] {
  const regions = stacksIn(folder).flatMap((stack) => [
    regionOfStack(folder, stack),
    regionOfReplica(folder, stack) ?? defaultRegion,
  ]);
  return [...new Set([defaultRegion, ...regions])].sort();
}

/** Returns the region of the copies of a stack's backups, if it has any. */
function regionOfReplica(folder: string, stack: string): string | undefined {
  const backup = configOf(folder, stack)?.["thorbis-supabase:backup"] as BackupArea | undefined;
  return regionIn(backup?.replica?.region);
}

interface BackupArea {
  readonly replica?: { readonly region?: unknown };
}

function configOf(folder: string, stack: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parse(readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8"))?.config;
  } catch {
    return undefined;
  }
}

const regionIn = (value: unknown): string | undefined =>
  typeof value === "string" && /^[a-z0-9-]+$/.test(value) ? value : undefined;
