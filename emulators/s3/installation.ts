import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { userCache } from "../../foundation/userCache";
import { UserError } from "../../foundation/userError";
import { runBound } from "../../local/toolchain/boundProcess";
import { isExecutable } from "../../local/toolchain/executables";
import { goCachesIn } from "../../local/toolchain/goCaches";
import { findInstalledGo } from "../../local/toolchain/installedGo";
import { removeTree } from "../../local/toolchain/removeTree";

export const versitygwVersion = "v1.8.0";

/** The Go version that its go.mod requires. */
const goOfVersitygw = "1.25";

export type Progress = (line: string) => void;

const rememberedErrorLines = 20;

/**
 * Returns the S3 server's program. The first call builds it with Go into the user's cache, which takes one to three minutes. Safe
 * against parallel builds and kills, because the file appears only when it is complete.
 * @throws UserError if no Go on PATH can build it, or if the build fails.
 */
export async function ensureS3Installed(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { cache, program } = placesOf(environment);
  if (isExecutable(program)) return program;
  mkdirSync(cache, { recursive: true });
  return await withLock(path.join(cache, "lock"), async () => {
    if (!isExecutable(program)) await build(program, cache, progress, { environment });
    return program;
  });
}

/**
 * Checks that a Go can build the program, unless the program exists. Changes nothing.
 * @throws UserError that says what to install.
 */
export async function requireS3Tools(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!isExecutable(placesOf(environment).program)) await findGo(environment);
}

function placesOf(environment: NodeJS.ProcessEnv): { readonly cache: string; readonly program: string } {
  const cache = userCache("s3", environment);
  const name = `versitygw-${versitygwVersion}-${process.platform}-${process.arch}`;
  return { cache, program: path.join(cache, name) };
}

async function findGo(environment: NodeJS.ProcessEnv): Promise<string> {
  const go = await findInstalledGo(environment, goOfVersitygw);
  if (go !== undefined && go.issue === undefined) return go.path;
  throw new UserError(
    `The local S3 server is built with Go ${goOfVersitygw} or newer, and ${go?.issue ?? "there is none on PATH"}: install Go and run the command again.`,
  );
}

async function build(
  program: string,
  cache: string,
  progress: Progress,
  { environment }: { readonly environment: NodeJS.ProcessEnv },
): Promise<void> {
  const go = await findGo(environment);
  // This process holds the lock, so other builds' files are left over from killed builds.
  for (const name of readdirSync(cache)) {
    if (name.startsWith("build-")) removeTree(path.join(cache, name));
  }
  progress(
    `building the S3 server versitygw ${versitygwVersion} with Go (one to three minutes, once per user)`,
  );
  const folder = path.join(cache, `build-${process.pid}`);
  mkdirSync(folder);
  const caches = goCachesIn(path.join(folder, "go"), await goEnvironment(go, folder, environment));
  try {
    const errorLines: string[] = [];
    const code = await runBound(
      go,
      ["install", `github.com/versity/versitygw/cmd/versitygw@${versitygwVersion}`],
      {
        cwd: folder,
        environment: caches.environment,
        onErrorLine: (line) => {
          errorLines.splice(0, Math.max(0, errorLines.push(line) - rememberedErrorLines));
        },
      },
    );
    if (code !== 0) {
      throw new UserError(
        `Building the S3 server versitygw ${versitygwVersion} failed: see Go's message below, fix the cause and run the command again.\n${errorLines.join("\n")}`,
      );
    }
    renameSync(path.join(folder, "versitygw"), program);
  } finally {
    removeTree(folder);
  }
}

/** Returns the user's Go settings without those that would change the result or its location. */
async function goEnvironment(
  go: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const { GOOS: _os, GOARCH: _architecture, GOBIN: _binaries, GOFLAGS: _flags, ...rest } = environment;
  const own = { ...rest, GOWORK: "off", GO111MODULE: "on", CGO_ENABLED: "0", GOBIN: folder };
  // Keeps flags for the source of modules, except -mod, which `go install` of a version refuses.
  const { stdout } = await promisify(execFile)(go, ["env", "GOFLAGS"], { cwd: folder, env: environment });
  const flags = stdout
    .trim()
    .split(/\s+/)
    .filter((flag) => flag !== "" && !flag.startsWith("-mod="));
  return { ...own, GOFLAGS: flags.join(" ") };
}
