import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { UserError } from "../../foundation/userError";
import { abandonedPaths, removeFolder, temporaryPath } from "./abandoned";
import { postgresCache, sourceFolder } from "./folders";
import type { PostgresInstallation, Progress } from "./installation";

const sources = ["Makefile"];

/** Returns the folder of the hook's C sources, and their names. */
function hookSources(): { folder: string; files: string[] } {
  const folder = path.join(sourceFolder(), "hosted_rights");
  const files = readdirSync(folder).filter((name) => /\.[ch]$/.test(name) || sources.includes(name));
  return { folder, files: files.sort() };
}

/** Returns a key that changes with the sources and with the server's version. */
export function hostedRightsKey(installation: PostgresInstallation): string {
  const hash = createHash("sha256").update(installation.version);
  const { folder, files } = hookSources();
  for (const name of files) hash.update(`\0${name}\0`).update(readFileSync(path.join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Returns the hook for this server, from the user's cache or newly compiled (about a second). It appears in the cache
 * atomically, so killed and parallel builds do no harm.
 */
export async function buildHostedRights(
  installation: PostgresInstallation,
  progress: Progress,
): Promise<string> {
  const cache = path.join(postgresCache(), "hosted-rights");
  const library = path.join(cache, `${hostedRightsKey(installation)}.so`);
  if (existsSync(library)) return library;
  progress(`compiling the hosted rights for PostgreSQL ${installation.version}`);
  mkdirSync(cache, { recursive: true });
  for (const left of abandonedPaths(cache, "build")) await removeFolder(left);
  const build = temporaryPath(cache, "build");
  mkdirSync(build);
  try {
    const { folder, files } = hookSources();
    for (const name of files) copyFileSync(path.join(folder, name), path.join(build, name));
    await make(build, installation);
    renameSync(path.join(build, "hosted_rights.so"), library);
  } finally {
    await removeFolder(build);
  }
  return library;
}

/** Returns a folder with the hook under the name that a drill of the backup program looks for: `<major version>.so`. */
export async function hostedRightsFolder(
  installation: PostgresInstallation,
  progress: Progress,
): Promise<string> {
  const library = await buildHostedRights(installation, progress);
  const folder = library.slice(0, -".so".length);
  mkdirSync(folder, { recursive: true });
  const named = path.join(folder, `${installation.major}.so`);
  // Another process may create it at the same time.
  writeFileAtomically(named, readFileSync(library), { mode: 0o755 });
  return folder;
}

async function make(folder: string, installation: PostgresInstallation): Promise<void> {
  try {
    // Passes the folder as the working directory, because its path may contain spaces, which make does not support.
    await promisify(execFile)(
      "make",
      ["-s", `PG_CONFIG=${installation.pgConfig}`, "with_llvm=no", "hosted_rights.so"],
      {
        cwd: folder,
      },
    );
  } catch (error) {
    const text = (error as { stderr?: string }).stderr?.trim().split("\n")[0] ?? String(error);
    throw new UserError(
      `The hosted rights do not compile against PostgreSQL ${installation.version} (${text}): install its server headers and a C compiler that match (${installation.pgConfig}).`,
      1,
      { cause: error },
    );
  }
}
