import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { costDifference } from "../../cost/difference";
import { checkoutRoot } from "../../foundation/checkout";
import { git } from "../commandLine";
import type { Report } from "../report/model";

/**
 * Returns the monthly cost of a stack's environment, now and at the base commit. Returns undefined for an environment
 * without an estimate, or if the configuration cannot be read, which the preview reports.
 */
export function costOfPreview(stack: string, base: string | undefined): Report["cost"] {
  const environment = (stack.split("/").at(-1) ?? stack).replace(/^like-/, "");
  const name = `Pulumi.${environment}.yaml`;
  const after = path.join(checkoutRoot(), name);
  if (!existsSync(after)) return undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), "thorbis-cost-"));
  try {
    const text = base === undefined ? undefined : fileAt(base, name);
    const before = text === undefined ? undefined : path.join(folder, name);
    if (before !== undefined && text !== undefined) writeFileSync(before, text);
    const found = costDifference(environment, { after, before });
    if (found === undefined) return undefined;
    const { before: usdBefore, ...rest } = found;
    return { ...rest, lines: [...rest.lines], ...(usdBefore === undefined ? {} : { before: usdBefore }) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns a file as of the merge base of a commit and the checkout; undefined if the commit or the file does not exist.
 */
function fileAt(commit: string, name: string): string | undefined {
  // A shallow clone may lack the merge base.
  const parted = git("merge-base", "--end-of-options", commit, "HEAD") ?? commit;
  return git("show", "--end-of-options", `${parted}:./${name}`);
}
