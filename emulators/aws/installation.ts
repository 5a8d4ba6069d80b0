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
 * Returns moto in its own virtual environment. The environment keeps the Python with which it was created, because a change would
 * restart moto, which loses its state.
 * @throws UserError if no Python can create one, or if pip fails.
 */
export async function ensureAwsInstalled(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<AwsInstallation> {
  return { python: await ensurePythonPackages(moto(), progress, environment) };
}

/**
 * Checks that a Python can create moto's environment, unless the environment exists. Changes nothing.
 * @throws UserError that says what to install.
 */
export async function requireAwsTools(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  await requirePython(moto(), environment);
}
