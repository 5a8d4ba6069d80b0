import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { withLock } from "../foundation/processLock/lock.mjs";
import { userCache } from "../foundation/userCache";
import { UserError } from "../foundation/userError";

const run = promisify(execFile);

/** Called with one line for each step that takes longer than a moment. */
export type Progress = (message: string) => void;

/** Packages of PyPI in a separate virtual environment. */
export interface PythonPackages {
  /** Folder in the user's cache. */
  readonly cache: string;
  /** File with pinned versions and hashes. */
  readonly requirements: string;
  /** Description of the packages, such as `moto, the local AWS`. */
  readonly what: string;
  /** The part that needs Python, such as `The local AWS`. */
  readonly user: string;
  /** Size and duration of the installation, such as `140 MB, about half a minute`. */
  readonly size: string;
}

/** moto 5.2 and the scanners of the audit refuse older ones. */
const oldestPython = [3, 10] as const;
const pythonNames = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

/**
 * Returns the interpreter of a virtual environment with the packages. It is in the user's cache under a hash of the pinned
 * requirements, so it is installed once for all checkouts. It keeps the Python with which it was created, even if another one
 * comes first on PATH later. The folder appears only when the installation is complete.
 * @throws UserError if no Python can create one, or if pip fails.
 */
export async function ensurePythonPackages(
  packages: PythonPackages,
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { cache, key, folder } = await placesOf(packages, environment);
  const installed = path.join(folder, "bin", "python");
  if (await works(folder, environment)) return installed;

  const python = await findPython(packages.user, environment);
  await mkdir(cache, { recursive: true });
  await withLock(path.join(cache, `${key}.lock`), async () => {
    if (await works(folder, environment)) return;
    progress(`installing ${packages.what}, from PyPI (${packages.size})`);
    // The lock protects this name, so the folder can only be left over from a killed installation.
    const draft = path.join(cache, `${key}.draft`);
    await rm(draft, { recursive: true, force: true });
    await createEnvironment(python, draft, environment);
    await installRequirements(path.join(draft, "bin", "python"), packages, environment);
    // An environment whose interpreter has been removed may exist under this name.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  });
  return installed;
}

/**
 * Checks that a Python on PATH can create the environment of the packages, unless the environment exists. Changes nothing.
 * @throws UserError that says what to install.
 */
export async function requirePython(
  packages: PythonPackages,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const { folder } = await placesOf(packages, environment);
  if (await works(folder, environment)) return;
  const python = await findPython(packages.user, environment);
  try {
    // Debian has separate packages for these modules.
    await run(python, ["-c", "import venv, ensurepip"], { env: environment });
  } catch (error) {
    throw noEnvironment(python, lastLine(error), error);
  }
}

/** Returns the folder of the environment for these requirements. */
async function placesOf(packages: PythonPackages, environment: NodeJS.ProcessEnv) {
  const key = createHash("sha256")
    .update(await readFile(packages.requirements))
    .digest("hex")
    .slice(0, 16);
  const cache = userCache(packages.cache, environment);
  return { cache, key, folder: path.join(cache, key) };
}

/** Returns whether an environment's Python exists and still has the version for which its packages were installed. */
async function works(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const settings = await readFile(path.join(folder, "pyvenv.cfg"), "utf8").catch(() => "");
  const made = /^version *= *(\d+\.\d+)/m.exec(settings)?.[1];
  const now = await versionOf(path.join(folder, "bin", "python"), environment);
  return made !== undefined && now?.startsWith(`${made}.`) === true;
}

/** Returns the version of a Python, such as `3.11.2`; undefined if it does not run. */
async function versionOf(file: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const script = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
  const found = await run(file, ["-c", script], { env: environment }).catch(() => undefined);
  return found?.stdout.trim().split("\n")[0];
}

/** Returns the first Python on PATH that is new enough. */
async function findPython(user: string, environment: NodeJS.ProcessEnv): Promise<string> {
  let tooOld: string | undefined;
  for (const file of pythonNames) {
    const version = await versionOf(file, environment);
    if (version === undefined || version === "") continue;
    if (isNewEnough(version)) return file;
    tooOld ??= version;
  }
  const least = oldestPython.join(".");
  throw new UserError(
    tooOld === undefined
      ? `${user} needs Python ${least} or newer, and there is none on PATH: install python3 with its venv module (Debian: apt-get install python3-venv).`
      : `${user} needs Python ${least} or newer, and the one on PATH is ${tooOld}: install a newer python3 with its venv module.`,
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1]);
}

async function createEnvironment(
  python: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    await run(python, ["-m", "venv", folder], { env: environment });
  } catch (error) {
    throw noEnvironment(python, firstLine(error), error);
  }
}

function noEnvironment(python: string, reason: string, cause: unknown): UserError {
  return new UserError(
    `${python} cannot create a virtual environment (${reason}): install its venv module (Debian: apt-get install python3-venv).`,
    1,
    { cause },
  );
}

async function installRequirements(
  python: string,
  { requirements, what }: PythonPackages,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const options = [
    "--require-hashes",
    "--only-binary",
    ":all:",
    "--disable-pip-version-check",
    "--no-input",
    "--quiet",
  ];
  try {
    await run(python, ["-m", "pip", "install", ...options, "--requirement", requirements], {
      env: environment,
    });
  } catch (error) {
    throw new UserError(
      `${what}, could not be installed from PyPI (${firstLine(error)}): make sure that pip can reach a package index, then run the command again.`,
      1,
      { cause: error },
    );
  }
}

/** Returns the last line, in which Python prints an uncaught exception. */
function lastLine(error: unknown): string {
  const { stderr = "" } = error as { stderr?: string };
  return stderr.trim().split("\n").at(-1) || firstLine(error);
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr ?? "").split("\n").filter((line) => line.trim() !== "");
  // pip prints the reason in the last line that begins with ERROR.
  const reason =
    lines.filter((line) => line.startsWith("ERROR")).at(-1) ?? lines[0] ?? message ?? String(error);
  return reason.replace(/^ERROR: /, "").trim();
}
