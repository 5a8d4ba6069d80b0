import path from "node:path";
import { aptGet } from "../emulators/postgres/installation/debianPackages";
import { UserError } from "../foundation/userError";
import { findExecutable } from "./toolchain/executables";

/** The machine that is searched. Tests pass another one. */
export interface CompressorSystem {
  readonly searchPath: readonly string[];
  readonly isRoot: boolean;
  /** Runs apt-get. */
  install(args: readonly string[]): Promise<void>;
}

/**
 * Ensures that `zstd` is installed, which the backup program needs for compression. Installs Debian's package if we are root
 * and apt-get exists.
 * @throws UserError that says what to install.
 */
export async function ensureCompressor(
  progress: (line: string) => void,
  system: CompressorSystem = realSystem,
): Promise<void> {
  const has = (program: string) => findExecutable(program, system.searchPath) !== undefined;
  if (has("zstd")) return;
  if (system.isRoot && has("apt-get")) {
    progress("Installing Debian's package zstd, which compresses backups.");
    await system.install(["update"]);
    await system.install(["install", "zstd"]);
    if (has("zstd")) return;
  }
  const how = has("apt-get") ? "run `sudo apt-get install zstd`" : "install it from your system's packages";
  throw new UserError(`zstd, which compresses backups, is not on PATH: ${how}, then run the command again.`);
}

const realSystem: CompressorSystem = {
  searchPath: (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder)),
  isRoot: process.geteuid?.() === 0,
  install: aptGet,
};
