import { type ChildProcess, spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { CommandContext } from "../../../backup/context";
import { UserError } from "../../../foundation/userError";
import type { TestCluster } from "../../support/cluster";
import { backupPassword } from "./shop";
import type { TestStore } from "./store";

const checkout = path.join(__dirname, "..", "..", "..");

/** Returns the environment that the task definition declares, for this cluster and store. */
export function taskEnvironment(cluster: TestCluster, { environment }: TestStore): Record<string, string> {
  return {
    ...environment,
    BACKUP_PARALLEL_DUMPS: "2",
    PGHOST: "127.0.0.1",
    PGPORT: String(cluster.port),
    PGDATABASE: "postgres",
    PGUSER: "backup",
    PGPASSWORD: backupPassword,
    PGSSLMODE: "disable",
  };
}

export interface RecordedContext extends CommandContext {
  readonly printed: string[];
  readonly progressed: string[];
}

export function commandContext(environment: Record<string, string>): RecordedContext {
  const printed: string[] = [];
  const progressed: string[] = [];
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return {
    environment,
    signal,
    progress: (line) => void progressed.push(line),
    print: (text) => void printed.push(text),
    printed,
    progressed,
  };
}

/** Returns the UserError with which a command ends. */
export async function failureOf(command: Promise<unknown>): Promise<{ message: string; exitCode: number }> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { message: error.message, exitCode: error.exitCode };
  }
  throw new Error("the command succeeded");
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly outputText: string;
    readonly errorText: string;
  }>;
}

/** Starts the program itself, as the container does. */
export function startBackupProgram(
  args: readonly string[],
  environment: Record<string, string>,
): RunningCommand {
  const { bundle } = createRequire(__filename)(path.join(checkout, "build", "bundle.cjs"));
  bundle(["backup.cjs"]);
  const child = spawn(process.execPath, [path.join(checkout, "dist", "backup.cjs"), ...args], {
    env: { PATH: process.env.PATH, POSTGRESQL_BIN: process.env.POSTGRESQL_BIN, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let outputText = "";
  let errorText = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    outputText += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errorText += text;
  });
  const ended: RunningCommand["ended"] = new Promise((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode, outputText, errorText }));
  });
  return { child, ended };
}

/** Returns the process ids of the children of a process that run this program, with this argument if one is given. Linux only. */
export function childrenOf(pid: number | undefined, program: string, argument?: string): number[] {
  return processIds().filter((id) => {
    const stat = readProcessFile(id, "stat");
    const command = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    if (command !== program || parent !== String(pid)) return false;
    return argument === undefined || readProcessFile(id, "cmdline").split("\0").includes(argument);
  });
}

/** Returns the command lines of all processes, which every user of the machine can read. */
export function commandLines(): string {
  return processIds()
    .map((id) => readProcessFile(id, "cmdline").replaceAll("\0", " "))
    .join("\n");
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readProcessFile(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
