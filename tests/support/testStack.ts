import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { checkoutRoot } from "../../foundation/checkout";
import { localPaths, shellVariables } from "../../local/environment";
import { installStandIns } from "../../local/providers/install";
import { ensureToolchain } from "../../local/toolchain";

export interface CommandResult {
  readonly exitCode: number;
  /** stdout and stderr as a terminal would show them, interleaved. */
  readonly output: string;
  readonly stdout: string;
}

/** A project folder of its own on the real Pulumi engine: this checkout's program, an SQL bundle the test may edit. */
export interface TestStack {
  /** The folder with Pulumi.yaml; `sql/` in it is a copy. */
  readonly project: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stateDirectory: string;
  pulumi(...args: string[]): Promise<CommandResult>;
  remove(): Promise<void>;
}

export interface TestStackOptions {
  readonly databaseUrl: string;
  /** Folder copied to `sql/` of the project. Default: the checkout's own bundle. */
  readonly sql?: string;
  /** Default `local`. */
  readonly stack?: string;
}

const copied = ["Pulumi.yaml", "Pulumi.local.yaml", "package.json"];
const linked = ["build", "node_modules", "plugins"];

export async function createTestStack(options: TestStackOptions): Promise<TestStack> {
  const checkout = checkoutRoot();
  const stack = options.stack ?? "local";
  const base = await mkdtemp(path.join(os.tmpdir(), "thorbis stack "));
  const project = path.join(base, "project");
  await mkdir(project);
  await Promise.all([
    ...copied.map((name) => cp(path.join(checkout, name), path.join(project, name))),
    ...linked.map((name) => symlink(path.join(checkout, name), path.join(project, name))),
    cp(options.sql ?? path.join(checkout, "sql"), path.join(project, "sql"), { recursive: true }),
  ]);

  const paths = localPaths(project, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") });
  const toolchain = await ensureToolchain({ progress: () => undefined });
  const environment = {
    ...toolchain.environment,
    ...shellVariables(paths, { binDirectory: toolchain.binDirectory, databaseUrl: options.databaseUrl }),
  };
  await mkdir(paths.state, { recursive: true });
  await installStandIns(checkout, paths.pulumiHome);

  const pulumi = async (...args: string[]): Promise<CommandResult> => {
    const result = await execa(toolchain.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: project,
      env: environment,
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  };
  const created = await pulumi("stack", "select", "--create", "--stack", stack);
  if (created.exitCode !== 0) throw new Error(created.output);
  return {
    project,
    environment,
    stateDirectory: paths.state,
    pulumi,
    remove: () => rm(base, { recursive: true, force: true }),
  };
}
