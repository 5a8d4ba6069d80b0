import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../foundation/userError";
import { runBound } from "./boundProcess";
import { searchPath, type ToolchainContext } from "./context";
import { findExecutable } from "./executables";
import { compareVersions, minimumPulumiVersion, pulumiVersion } from "./versions";

const progressMilliseconds = 5_000;
const rememberedErrorLines = 20;

export interface Go {
  readonly path: string;
  readonly version: string;
}

/** Returns a Go that can build the CLI. `absence` is the reason for the build, which the error message contains. */
export async function findGo(context: ToolchainContext, absence: string): Promise<Go> {
  const wanted = wantedGoVersion(context);
  const remedy = `install Go ${wanted} or newer, or the Pulumi CLI ${pulumiVersion}, and run the command again.`;
  const beginning = `There is no Pulumi CLI ${minimumPulumiVersion} or newer on PATH, ${absence}`;

  const go = findExecutable("go", searchPath(context.environment));
  if (go === undefined) throw new UserError(`${beginning}, and there is no Go to build it with: ${remedy}`);
  const version = await goVersion(go, context);
  if (version === undefined || compareVersions(version, wanted) < 0) {
    const issue = version === undefined ? "does not print its version" : `is ${version}, too old to build it`;
    throw new UserError(`${beginning}, and the Go in ${path.dirname(go)} ${issue}: ${remedy}`);
  }
  return { path: go, version };
}

/** Builds the CLI from its Go module into the file. Takes two to four minutes on two cores. */
export async function buildCli(
  context: ToolchainContext,
  go: Go,
  { file, reason }: { readonly file: string; readonly reason: string },
): Promise<void> {
  const task = `Building the Pulumi CLI ${pulumiVersion} with Go ${go.version}`;
  context.progress(`${task}, because ${reason}: two to four minutes, once per user.`);
  const errorLines: string[] = [];
  let packages = 0;
  const started = Date.now();
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    context.progress(`${task}: ${seconds} s, ${packages} packages compiled`, "tick");
  }, progressMilliseconds);
  try {
    const code = await runBound(go.path, buildArguments(file), {
      cwd: moduleDirectory(context),
      environment: goEnvironment(context),
      onErrorLine: (line) => {
        // -v prints one import path per line. Any other line is an error message.
        if (/^[\w./~-]+$/.test(line)) packages++;
        else errorLines.splice(0, Math.max(0, errorLines.push(line) - rememberedErrorLines));
      },
    });
    if (code !== 0) {
      throw new UserError(
        `${task} failed: look at Go's message, or install the Pulumi CLI ${pulumiVersion} yourself, and run the command again.\n${errorLines.join("\n")}`,
      );
    }
  } finally {
    clearInterval(ticker);
  }
}

function moduleDirectory(context: ToolchainContext): string {
  return path.join(context.checkout, "local", "toolchain", "go");
}

function wantedGoVersion(context: ToolchainContext): string {
  const directive = /^go (\S+)$/m.exec(readFileSync(path.join(moduleDirectory(context), "go.mod"), "utf8"));
  return directive?.[1] ?? "0.0";
}

/** Returns the Go version in our module. Since 1.21, Go may download the version that go.mod requires. */
async function goVersion(go: string, context: ToolchainContext): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(go, ["version"], {
      cwd: moduleDirectory(context),
      env: goEnvironment(context),
    });
    return /^go version go(\S+)/.exec(stdout)?.[1];
  } catch (error) {
    // "go: go.mod requires go >= 1.25.8 (running go 1.24.1; GOTOOLCHAIN=local)"
    return /running go (\d[\w.]*)/.exec(String((error as { stderr?: unknown }).stderr))?.[1];
  }
}

function buildArguments(file: string): string[] {
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  return [
    "build",
    "-v",
    "-trimpath",
    "-mod=readonly",
    "-buildvcs=false",
    "-ldflags",
    `-s -w -X ${versionVariable}=v${pulumiVersion}`,
    "-o",
    file,
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ];
}

/** Returns the user's Go settings without those that change the result. No C compiler is needed, as in the release. */
function goEnvironment(context: ToolchainContext): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _architecture, ...rest } = context.environment;
  return { ...rest, GOWORK: "off", GO111MODULE: "on", CGO_ENABLED: "0" };
}
