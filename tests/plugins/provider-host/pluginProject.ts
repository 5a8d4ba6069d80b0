import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { checkoutRoot } from "../../../foundation/checkout";
import { shellQuote } from "../../../foundation/shellQuote";
import { ensureToolchain } from "../../../local/toolchain";
import { loadPatches } from "../../support/programBundle";

interface ProjectOptions {
  /** Name of the package, without `pulumi-resource-`. Its version is 1.0.0. */
  readonly plugin: string;
  /** The TypeScript file that serves the provider. */
  readonly entryPoint: string;
  /** The Pulumi program, in JavaScript. */
  readonly program: string;
  /** Returns additional environment variables for every command; receives the project's scratch folder. */
  readonly environment: (folder: string) => NodeJS.ProcessEnv;
}

interface RunningCommand {
  readonly child: ChildProcess;
  readonly output: () => string;
}

/** A Pulumi project with one provider plugin and one stack, `test`, on the real engine. */
export interface PluginProject {
  readonly folder: string;
  start(args: readonly string[], more?: NodeJS.ProcessEnv): RunningCommand;
  /** Runs a command of the CLI to its end. The output contains stdout and stderr. */
  pulumi(
    args: readonly string[],
    more?: NodeJS.ProcessEnv,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  remove(): void;
}

export async function createPluginProject(options: ProjectOptions): Promise<PluginProject> {
  const toolchain = await ensureToolchain({ progress: () => {} });
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis host "));
  installPlugin(folder, options);
  writeProgram(folder, options.program);
  const environment = {
    ...process.env,
    ...toolchain.environment,
    PATH: `${toolchain.binDirectory}${path.delimiter}${process.env.PATH}`,
    PULUMI_HOME: path.join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...options.environment(folder),
  };
  const start: PluginProject["start"] = (args, more = {}) => {
    const child = spawn(toolchain.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: path.join(folder, "project"),
      env: { ...environment, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    return { child, output: () => output };
  };
  const project: PluginProject = {
    folder,
    start,
    async pulumi(args, more) {
      const { child, output } = start(args, more);
      const [code] = (await once(child, "close")) as [number | null];
      return { code, output: output() };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const { code, output } = await project.pulumi(["stack", "init", "test"]);
  if (code !== 0) throw new Error(`the stack was not created:\n${output}`);
  return project;
}

function installPlugin(folder: string, { plugin, entryPoint }: ProjectOptions): void {
  const installed = path.join(folder, "home", "plugins", `resource-${plugin}-v1.0.0`);
  mkdirSync(installed, { recursive: true });
  const bundle = path.join(folder, `${plugin}.cjs`);
  buildSync({ entryPoints: [entryPoint], outfile: bundle, bundle: true, platform: "node", format: "cjs" });
  const launcher = path.join(installed, `pulumi-resource-${plugin}`);
  writeFileSync(launcher, `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(bundle)} "$@"\n`);
  chmodSync(launcher, 0o755);
}

function writeProgram(folder: string, program: string): void {
  const project = path.join(folder, "project");
  for (const made of [project, path.join(folder, "state")]) mkdirSync(made, { recursive: true });
  symlinkSync(path.join(checkoutRoot(), "node_modules"), path.join(project, "node_modules"));
  const write = (name: string, text: string) => writeFileSync(path.join(project, name), text);
  write("Pulumi.yaml", "name: host\nruntime: {name: nodejs, options: {typescript: false}}\n");
  write("package.json", JSON.stringify({ main: "index.js", dependencies: { "@pulumi/pulumi": "*" } }));
  write("index.js", `${loadPatches}${program}`);
}
