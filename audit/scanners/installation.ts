import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { ensureNpmPackages } from "../../local/npmPackages";
import { ensurePythonPackages, type Progress } from "../../local/pythonEnvironment";

/** The scanners, ready to run. */
export interface Scanners {
  /** Interpreter that has checkov and cfn-lint. */
  readonly python: string;
  /** Folder whose `node_modules` contains cdk-nag. */
  readonly nagFolder: string;
}

/** Returns the folder with the manifests, for the source and for the bundle. */
const manifests = () => path.join(checkoutRoot(), "audit", "scanners");

/**
 * Returns the scanners, which are installed once per user (610 MB, two minutes) in separate environments in the user's cache.
 * Lock files pin their versions.
 * @throws UserError if PyPI or npm cannot be reached, or if there is no Python.
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
