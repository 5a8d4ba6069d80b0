import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import {
  ensurePythonPackages,
  type Progress,
  type PythonPackages,
  requirePython,
} from "../../local/pythonEnvironment";

export type { Progress };

/** moto, ready to run. */
export interface AwsInstallation {
  /** The interpreter of moto's own environment. */
  readonly python: string;
}

const moto = (): PythonPackages => ({
  cache: "moto",
  requirements: path.join(checkoutRoot(), "emulators", "aws", "moto", "requirements.txt"),
  what: "moto, the local AWS",
  user: "The local AWS",
  size: "140 MB, about half a minute",
});

/**
 * Returns moto in an environment of its own. It keeps the Python that made it: another one would restart moto, which forgets everything.
 * @throws UserError when there is no Python that can make one, or when pip fails.
 */
export async function ensureAwsInstalled(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<AwsInstallation> {
  return { python: await ensurePythonPackages(moto(), progress, environment) };
}

/**
 * Makes sure of a Python that can make moto's environment, where that is not there yet. Changes nothing.
 * @throws UserError that says what to install.
 */
export async function requireAwsTools(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  await requirePython(moto(), environment);
}
