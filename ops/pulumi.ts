import { mkdtemp, open, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type * as automation from "@pulumi/pulumi/automation/events";
import { execa } from "execa";
import { UserError } from "../foundation/userError";

/**
 * The entries of the engine's event log, with the types of Pulumi's Automation API. Missing fields are added from the
 * engine's own type (`apitype.EngineEvent` in pulumi/pulumi).
 */
export interface EngineEvent
  extends Omit<automation.EngineEvent, "diagnosticEvent" | "policyEvent" | "summaryEvent"> {
  readonly diagnosticEvent?: Diagnostic;
  readonly policyEvent?: PolicyEvent;
  readonly summaryEvent?: Omit<automation.SummaryEvent, "policyPacks"> & {
    readonly isPreview?: boolean;
    readonly result?: "succeeded" | "failed" | "in-progress" | "not-started";
  };
}

export type Diagnostic = Omit<automation.DiagnosticEvent, "severity"> & {
  readonly severity: automation.DiagnosticEvent["severity"] | "debug";
};
export type PolicyEvent = Omit<automation.PolicyEvent, "enforcementLevel"> & {
  readonly enforcementLevel: "advisory" | "mandatory" | "remediate" | "warning";
};
export type Step = automation.StepEventMetadata;
export type StepState = automation.StepEventStateMetadata;

/** The exit codes of the CLI with a specific meaning (pulumi 3.227 and newer). */
export const exitCodes = { success: 0, changesFound: 7, cancelled: 8 } as const;

export interface PulumiRun {
  readonly exitCode: number;
  /** In the engine's order, without its debug messages, which contain secrets in plain text. */
  readonly events: readonly EngineEvent[];
  /** The CLI's output before an engine started, or without one: no such stack, no login, a lock. */
  readonly stderr: string;
  readonly durationSeconds: number;
}

export interface RunOptions {
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the CLI on PATH. */
  readonly program?: string;
  /** Default: this process's working directory. */
  readonly cwd?: string;
}

/**
 * Runs `pulumi preview`, `up` or `refresh` and returns its events. The CLI's output goes to standard error, because
 * standard output is for the report. Throws a UserError if the CLI is not installed.
 */
export async function runPulumi(args: readonly string[], options: RunOptions = {}): Promise<PulumiRun> {
  // Only the owner can read it, because the log contains the engine's debug messages with secrets.
  const folder = await mkdtemp(path.join(os.tmpdir(), "thorbis-events-"));
  const log = path.join(folder, "events.jsonl");
  const startedAt = Date.now();
  const command = [...args, "--non-interactive", "--event-log", log];
  const child = execa(options.program ?? "pulumi", command, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // --event-log is a debug option of the CLI.
    env: { ...options.env, PULUMI_DEBUG_COMMANDS: "true" },
    stdin: "ignore",
    stdout: process.stderr,
    stderr: [process.stderr, "pipe"],
    reject: false,
  });
  // The CLI also receives the interrupt. A second one would make it abandon its work.
  const wait = () => undefined;
  const interrupt = () => void child.kill("SIGINT");
  process.on("SIGINT", wait).on("SIGTERM", interrupt);
  try {
    const result = await child;
    if (result.code === "ENOENT") {
      throw new UserError(
        "There is no `pulumi` on PATH: use the npm script, for example `npm run preview -- dev`, which finds one.",
      );
    }
    return believed({
      exitCode: result.exitCode ?? exitCodes.cancelled,
      events: await readEvents(log),
      stderr: result.stderr,
      durationSeconds: (Date.now() - startedAt) / 1000,
    });
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", interrupt);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns a run, as failed if it claims success, but its log has no end: a report on it would say that nothing changes. */
function believed(run: PulumiRun): PulumiRun {
  const isSuccess = run.exitCode === exitCodes.success || run.exitCode === exitCodes.changesFound;
  if (!isSuccess || run.events.some(({ summaryEvent }) => summaryEvent !== undefined)) return run;
  const reason =
    "error: The engine's event log is incomplete, so the result is not known: check the free space in the folder for temporary files, then run the command again.";
  return { ...run, exitCode: 1, stderr: `${run.stderr}\n${reason}` };
}

/** Reads an event log, whose last line is incomplete if the CLI was killed. Returns no events if there is no log. */
export async function readEvents(file: string): Promise<EngineEvent[]> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return [];
  const events: EngineEvent[] = [];
  try {
    for await (const line of handle.readLines()) {
      const event = parseEvent(line);
      if (event !== undefined && event.diagnosticEvent?.severity !== "debug") events.push(event);
    }
  } finally {
    await handle.close();
  }
  return events.sort((one, other) => one.sequence - other.sequence);
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return undefined;
  }
}
