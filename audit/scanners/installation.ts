import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { ensureNpmPackages } from "../../local/npmPackages";
import { ensurePythonPackages, type Progress } from "../../local/pythonEnvironment";

/** The scanners, ready to run. */
export interface Scanners {
  /** Interpreter that has checkov and cfn-lint. */
  readonly python: string;
  /** Folder whose `node_modules` holds cdk-nag. */
  readonly nagFolder: string;
}

/** Where this file's manifests are, from source or bundle. */
const manifests = () => path.join(checkoutRoot(), "audit", "scanners");

/**
 * Returns the scanners in environments of their own, below the user's cache and pinned by their lock files: installed once (610 MB, two
 * minutes), used by every checkout.
 * @throws UserError when PyPI or npm cannot be reached, or when there is no Python.
 */
export async function ensureScanners(progress: Progress): Promise<Scanners> {
  const python = await ensurePythonPackages(
    {
      cache: "audit-python",
      requirements: path.join(manifests(), "requirements.txt"),
      what: "checkov and cfn-lint, scanners of the audit",
      user: "The audit",
      size: "420 MB, about a minute",
    },
    progress,
  );
  const nagFolder = await ensureNpmPackages(
    {
      cache: "audit-npm",
      source: manifests(),
      what: "cdk-nag, a scanner of the audit",
      announcement: "installing cdk-nag, a scanner of the audit, from npm (190 MB, about half a minute)",
    },
    progress,
  );
  return { python, nagFolder };
}
