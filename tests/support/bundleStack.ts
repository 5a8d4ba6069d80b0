import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import * as z from "zod";
import { checkoutRoot } from "../../foundation/checkout";
import { localPaths, pulumiVariables } from "../../local/environment";
import { ensureToolchain } from "../../local/toolchain";
import { childrenOf } from "./processes";
import { bundleProgram } from "./programBundle";
import type { CommandResult } from "./testStack";

/** A stack with a single SqlBundle, on the real Pulumi engine with its own state backend. */
export interface BundleStack {
  /** The bundle's folder; the test may edit it. */
  readonly sql: string;
  readonly environment: Readonly<Record<string, string>>;
  pulumi(...args: string[]): Promise<CommandResult>;
  /** Runs a command and kills the provider with SIGKILL at a given point. */
  pulumiWithKill(args: readonly string[], moment: () => Promise<void>): Promise<CommandResult>;
  /** Runs `refresh --preview-only --expect-no-changes --diff`. Returns its output, and the differing paths from its events. */
  drift(): Promise<CommandResult & { readonly paths: readonly string[] }>;
  /** Sets other properties of the SqlBundle, such as `prune`, for all later commands. */
  configure(settings: Readonly<Record<string, unknown>>): void;
  remove(): Promise<void>;
}

export interface BundleStackOptions {
  readonly databaseUrl: string;
  /** Folder from which the bundle is copied. */
  readonly sql: string;
}

const project = `name: bundle-under-test
runtime:
  name: nodejs
  options:
    typescript: false
plugins:
  providers:
    - name: supabasex
      path: plugins/supabasex
options:
  refresh: always
`;

export async function createBundleStack(options: BundleStackOptions): Promise<BundleStack> {
  const checkout = checkoutRoot();
  const base = await mkdtemp(path.join(os.tmpdir(), "thorbis bundle "));
  const folder = path.join(base, "project");
  const sql = path.join(folder, "sql");
  await mkdir(folder);
  await Promise.all([
    writeFile(path.join(folder, "Pulumi.yaml"), project),
    writeFile(path.join(folder, "package.json"), JSON.stringify({ main: "program.cjs" })),
    ...["node_modules", "plugins"].map((name) => symlink(path.join(checkout, name), path.join(folder, name))),
    cp(options.sql, sql, { recursive: true }),
    bundleProgram(path.join(import.meta.dirname, "bundleProgram.ts"), folder),
  ]);

  const paths = localPaths(folder, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") });
  const toolchain = await ensureToolchain({ progress: () => undefined });
  const environment = {
    ...toolchain.environment,
    ...pulumiVariables(paths, toolchain.binDirectory),
    PULUMI_DEBUG_COMMANDS: "true",
  };
  await Promise.all([paths.state, paths.pulumiHome].map((name) => mkdir(name, { recursive: true })));

  const { hostname, port, password } = new URL(options.databaseUrl);
  let settings: Readonly<Record<string, unknown>> = {};
  const start = (args: readonly string[]) => {
    const bundle = { host: hostname, port, password: decodeURIComponent(password) };
    return execa(toolchain.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: {
        ...environment,
        BUNDLE_UNDER_TEST: JSON.stringify({ ...bundle, settings: JSON.stringify(settings) }),
      },
      reject: false,
      all: true,
      stdin: "ignore",
    });
  };
  const finish = async (running: ReturnType<typeof start>): Promise<CommandResult> => {
    const result = await running;
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  };
  const pulumi = (...args: string[]) => finish(start(args));
  const created = await pulumi("stack", "init", "test");
  if (created.exitCode !== 0) throw new Error(created.output);
  return {
    sql,
    environment,
    pulumi,
    async pulumiWithKill(args, moment) {
      const running = start(args);
      await moment();
      killProvider(running.pid ?? 0);
      return await finish(running);
    },
    async drift() {
      const events = path.join(base, "events.json");
      await rm(events, { force: true });
      const result = await pulumi(
        ...["refresh", "--preview-only", "--expect-no-changes", "--diff", "--event-log", events],
      );
      return { ...result, paths: pathsOf(await readFile(events, "utf8")) };
    },
    configure(next) {
      settings = next;
    },
    remove: () => rm(base, { recursive: true, force: true }),
  };
}

/** Kills the provider's process: the child of the CLI that runs our bundle. */
function killProvider(cli: number): void {
  for (const { pid, command } of childrenOf(cli)) {
    if (command.includes("supabasex")) process.kill(pid, "SIGKILL");
  }
}

const stepEvent = z.object({
  resourcePreEvent: z
    .object({ metadata: z.object({ detailedDiff: z.record(z.string(), z.unknown()).nullish() }) })
    .optional(),
  resOutputsEvent: z
    .object({ metadata: z.object({ detailedDiff: z.record(z.string(), z.unknown()).nullish() }) })
    .optional(),
});

/** Returns every differing path in the engine's events, sorted. */
function pathsOf(eventLog: string): string[] {
  const paths = eventLog
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const { resourcePreEvent, resOutputsEvent } = stepEvent.parse(JSON.parse(line));
      return [resourcePreEvent, resOutputsEvent].flatMap((step) =>
        Object.keys(step?.metadata.detailedDiff ?? {}),
      );
    });
  return [...new Set(paths)].sort();
}
