import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import pg from "pg";
import { checkoutRoot } from "../../foundation/checkout";
import { localPaths } from "../../local/environment";
import { projectDatabaseUrl } from "../../local/projectDatabase";
import { type LocalServices, startServices, stopServices } from "../../local/services/start";
import { openSession, prepareEngine } from "../../local/session";
import { type PulumiRun, runPulumi } from "../../ops/pulumi";

export interface CommandResult {
  readonly exitCode: number;
  /** stdout and stderr, interleaved as in a terminal. */
  readonly output: string;
  readonly stdout: string;
}

/** A project folder with its own services on the real engine. The test may edit its SQL bundle. */
export interface TestStack {
  /** The folder with Pulumi.yaml; `sql/` in it is a copy. */
  readonly project: string;
  readonly services: LocalServices;
  pulumi(...args: string[]): Promise<CommandResult>;
  /** Runs a command and returns the engine's events, as the commands of `ops/` read them. */
  events(...args: string[]): Promise<PulumiRun>;
  /** Opens a connection to the project's database as `postgres`, after an up has created it. `remove` closes it. */
  database(): Promise<pg.Client>;
  remove(): Promise<void>;
}

/** Limits a command to the SQL bundle, which takes a third of the time. For tests in which nothing else changes. */
export const onlySql = ["--target", "**SqlBundle**"] as const;

const copied = ["Pulumi.yaml", "Pulumi.local.yaml", "package.json", "package-lock.json", "sql"];
const linked = ["build", "dist", "functions", "node_modules", "plugins"];
const stack = "local";

export async function createTestStack(): Promise<TestStack> {
  const checkout = checkoutRoot();
  const base = await mkdtemp(path.join(os.tmpdir(), "thorbis stack "));
  const project = path.join(base, "project");
  await mkdir(project);
  await Promise.all([
    ...copied.map((name) => cp(path.join(checkout, name), path.join(project, name), { recursive: true })),
    ...linked.map((name) => symlink(path.join(checkout, name), path.join(project, name))),
  ]);

  const paths = { ...localPaths(project, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") }), checkout };
  const progress = () => undefined;
  const toolchain = await prepareEngine(paths, progress);
  const services = await startServices(paths, progress);
  const session = openSession(paths, toolchain, services);
  // Only the end of a command writes the state, not each step. Tests that kill commands use the local stack instead.
  const variables = { ...session.variables, PULUMI_SKIP_CHECKPOINTS: "true" };
  await mkdir(paths.state, { recursive: true });

  const pulumi = async (...args: string[]): Promise<CommandResult> => {
    const result = await execa(toolchain.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: project,
      env: variables,
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  };
  const created = await pulumi("stack", "select", "--create", "--stack", stack);
  if (created.exitCode !== 0) throw new Error(created.output);

  const clients: pg.Client[] = [];
  return {
    project,
    services,
    pulumi,
    events: (...args) => runPulumi(args, { program: toolchain.pulumi, cwd: project, env: variables }),
    async database() {
      const connectionString = await projectDatabaseUrl(
        { folder: project, stack },
        paths.state,
        services.supabase.endpoint,
      );
      const client = new pg.Client({ connectionString });
      await client.connect();
      clients.push(client);
      return client;
    },
    async remove() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await stopServices(paths);
      await rm(base, { recursive: true, force: true });
    },
  };
}
