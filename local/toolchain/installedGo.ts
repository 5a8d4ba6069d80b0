import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { findExecutable } from "./executables";
import { compareVersions } from "./versions";

/** The first Go version that downloads the toolchain that a module requires (https://go.dev/doc/toolchain). */
const firstThatFetches = "1.21";

export interface InstalledGo {
  readonly path: string;
  /** A clause that says why it cannot build the module, with its folder and version; undefined if it can. */
  readonly issue: string | undefined;
}

/**
 * Returns the Go on PATH and whether it can build a module whose go.mod requires `wanted`; undefined if there is none.
 * Downloads nothing.
 */
export async function findInstalledGo(
  environment: NodeJS.ProcessEnv,
  wanted: string,
): Promise<InstalledGo | undefined> {
  const folders = (environment.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const go = findExecutable("go", folders);
  if (go === undefined) return undefined;
  const ask = async (...args: string[]) => await answerOf(go, args, environment);
  const version = /^go version go(\S+)/.exec(await ask("version"))?.[1];
  const isEnough =
    version !== undefined &&
    (compareVersions(version, wanted) >= 0 ||
      (compareVersions(version, firstThatFetches) >= 0 &&
        /^(.+\+)?auto$/.test(await ask("env", "GOTOOLCHAIN"))));
  const state = version === undefined ? "does not print its version" : `is ${version}, too old`;
  return { path: go, issue: isEnough ? undefined : `the Go in ${path.dirname(go)} ${state}` };
}

/** Runs `go version` outside of any module, where Go reports its own version. */
async function answerOf(
  go: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  try {
    const options = { cwd: path.parse(go).root, env: { ...environment, GOWORK: "off" } };
    return (await promisify(execFile)(go, args, options)).stdout.trim();
  } catch {
    return "";
  }
}
