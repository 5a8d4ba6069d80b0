import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { checkoutRoot } from "../../foundation/checkout";
import { type Concurrency, ConcurrencyGroups, type Turn } from "./concurrency";
import { type Contexts, evaluate, filledIn } from "./expression";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Record<string, unknown>;
  readonly env?: Record<string, unknown>;
  readonly "continue-on-error"?: boolean;
}

interface ConcurrencySetting {
  readonly group: string;
  readonly "cancel-in-progress": string | boolean;
}

interface Job {
  readonly name: string;
  readonly concurrency?: ConcurrencySetting;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly env?: Record<string, unknown>;
  readonly strategy?: { readonly matrix?: Record<string, unknown> };
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly concurrency?: ConcurrencySetting;
  readonly env?: Record<string, unknown>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = path.join(checkoutRoot(), ".github", "workflows");
export const workflowNames = readdirSync(folder).map((file) => file.replace(/\.yml$/, ""));

export function workflow(name: string): Workflow {
  return parse(readFileSync(path.join(folder, `${name}.yml`), "utf8")) as Workflow;
}

export interface RunnerOptions {
  /** The folder in which a job's steps run: a checkout. */
  readonly workspace: string;
  /** The folder for artifacts of all jobs and runs, and for the runners' temporary folders. */
  readonly scratch: string;
  readonly contexts: Contexts;
  /** The variables that a runner sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called while a step runs. It may end the step, like a cancelled run. */
  readonly whileRunning?: (step: string, cancel: () => void) => void;
  /** The groups that this run shares with others. Default: its own. */
  readonly groups?: ConcurrencyGroups;
}

export interface JobResult {
  readonly name: string;
  readonly conclusion: "success" | "failure" | "cancelled" | "skipped";
  /** The output of the steps. */
  readonly log: string;
  /** Their summary for the run's page. */
  readonly summary: string;
}

export const conclusions = (results: readonly JobResult[]): string[] =>
  results.map(({ name, conclusion }) => `${name}: ${conclusion}`);

/** Every `run:` that was executed, as `workflow/job: name of the step`. */
export const executed = new Set<string>();

/** Returns every `run:` step of a workflow, in the same form. */
export function runSteps(name: string): string[] {
  return Object.entries(workflow(name).jobs).flatMap(([job, { steps }]) =>
    steps.flatMap((step) => (step.run === undefined ? [] : [`${name}/${job}: ${step.name}`])),
  );
}

/**
 * Runs a workflow's jobs in order: every `run:` in bash with its environment, like the runner. Of the actions, only those for
 * artifacts have an effect.
 */
export async function runWorkflow(name: string, options: RunnerOptions): Promise<JobResult[]> {
  const { concurrency, jobs } = workflow(name);
  const inGroups = { ...options, groups: options.groups ?? new ConcurrencyGroups() };
  const results = await inTurn(concurrency, inGroups, (turn) => runJobs(name, inGroups, turn));
  return results ?? Object.values(jobs).map(({ name: job }) => withoutSteps(job, "cancelled"));
}

type InGroups = RunnerOptions & { readonly groups: ConcurrencyGroups };

async function runJobs(name: string, options: InGroups, turn: Turn | undefined): Promise<JobResult[]> {
  const { jobs, env } = workflow(name);
  const results: JobResult[] = [];
  const conclusions = new Map<string, string>();
  for (const [id, job] of Object.entries(jobs)) {
    const needs = [job.needs ?? []].flat();
    const isReady = needs.every((need) => conclusions.get(need) === "success");
    for (const matrix of isReady && isWanted(job, options.contexts)
      ? combinations(job, options.contexts)
      : [undefined]) {
      const jobRun = { workflow: name, id, job, env: { ...env, ...job.env }, matrix: matrix ?? {} };
      const contexts = { ...options.contexts, matrix };
      const result =
        matrix === undefined
          ? withoutSteps(job.name, "skipped")
          : await inTurn(job.concurrency, { ...options, contexts }, (own) =>
              runJob(jobRun, options, [turn, own]),
            );
      results.push(result ?? withoutSteps(filledIn(job.name, contexts), "cancelled"));
      conclusions.set(id, results.at(-1)?.conclusion ?? "");
    }
  }
  return results;
}

const withoutSteps = (name: string, conclusion: JobResult["conclusion"]): JobResult => ({
  ...{ name, conclusion, log: "", summary: "" },
});

/** Runs the work when it is its turn in its group. Returns undefined if a later run replaced it before that. */
async function inTurn<Result>(
  setting: ConcurrencySetting | undefined,
  { contexts, groups }: InGroups,
  act: (turn: Turn | undefined) => Promise<Result>,
): Promise<Result | undefined> {
  if (setting === undefined) return await act(undefined);
  const turn = await groups.enter(concurrencyOf(setting, contexts));
  if (turn === undefined) return undefined;
  try {
    return await act(turn);
  } finally {
    turn.end();
  }
}

function concurrencyOf(setting: ConcurrencySetting, contexts: Contexts): Concurrency {
  const cancels = setting["cancel-in-progress"];
  return {
    group: filledIn(setting.group, contexts),
    cancelsRunning: typeof cancels === "string" ? Boolean(evaluate(cancels, contexts)) : cancels,
  };
}

const isWanted = (job: Job, contexts: Contexts) =>
  job.if === undefined || Boolean(evaluate(job.if, contexts));

function combinations({ strategy }: Job, contexts: Contexts): Record<string, unknown>[] {
  return Object.entries(strategy?.matrix ?? {}).reduce<Record<string, unknown>[]>(
    (all, [key, values]) => {
      const list = (typeof values === "string" ? evaluate(values, contexts) : values) as unknown[];
      return all.flatMap((combination) => list.map((value) => ({ ...combination, [key]: value })));
    },
    [{}],
  );
}

interface JobRun {
  readonly workflow: string;
  readonly id: string;
  readonly job: Job;
  readonly env: Record<string, unknown>;
  readonly matrix: Record<string, unknown>;
}

async function runJob(
  { workflow: name, id, job, env, matrix }: JobRun,
  options: RunnerOptions,
  turns: readonly (Turn | undefined)[],
): Promise<JobResult> {
  const temporary = path.join(options.scratch, `runner-${runOf(options)}`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const summaryFile = path.join(temporary, "summary.md");
  const contexts: Contexts = { ...options.contexts, matrix, runner: { temp: temporary } };
  const texts = (values: Record<string, unknown> = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, filledIn(String(value), contexts)]),
    );
  const base = {
    ...options.environment,
    RUNNER_TEMP: temporary,
    GITHUB_STEP_SUMMARY: summaryFile,
    GITHUB_WORKSPACE: options.workspace,
    ...texts(env),
  };
  let conclusion: JobResult["conclusion"] = "success";
  let log = "";
  for (const step of job.steps) {
    if (conclusion !== "success" && step.if !== "always()") continue;
    if (step.uses !== undefined) {
      const isDone = useAction(step.uses, texts(step.with), options);
      if (!isDone && step["continue-on-error"] !== true) conclusion = "failure";
      continue;
    }
    executed.add(`${name}/${id}: ${step.name}`);
    if (step.run?.includes("${{")) throw new Error(`${name}/${id}: a script contains an expression`);
    const result = await runStep(step, { ...base, ...texts(step.env) }, { ...options, turns });
    log += result.output;
    if (result.isCancelled) conclusion = "cancelled";
    else if (result.exitCode !== 0) conclusion = "failure";
  }
  const summary = existsSync(summaryFile) ? readFileSync(summaryFile, "utf8") : "";
  return { name: filledIn(job.name, contexts), conclusion, log, summary };
}

interface StepResult {
  readonly exitCode: number;
  readonly isCancelled: boolean;
  readonly output: string;
}

type StepOptions = RunnerOptions & { readonly turns: readonly (Turn | undefined)[] };

async function runStep(step: Step, env: Record<string, string>, options: StepOptions): Promise<StepResult> {
  const shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run ?? ""];
  const child = spawn("bash", shell, {
    cwd: options.workspace,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [output, isCancelled] = ["", false];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const cancel = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    isCancelled = true;
    process.kill(-child.pid, "SIGINT");
  };
  options.whileRunning?.(step.name ?? "", cancel);
  for (const turn of options.turns) {
    if (turn?.signal.aborted === true) cancel();
    turn?.signal.addEventListener("abort", cancel);
  }
  const exitCode = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  for (const turn of options.turns) turn?.signal.removeEventListener("abort", cancel);
  return { exitCode, isCancelled, output };
}

const runOf = ({ environment }: RunnerOptions) => environment.GITHUB_RUN_ID ?? "1";

/** Returns whether the action succeeded. */
function useAction(uses: string, inputs: Record<string, string>, options: RunnerOptions): boolean {
  const { scratch, workspace } = options;
  const artifacts = path.join(scratch, "artifacts", inputs["run-id"] ?? runOf(options));
  mkdirSync(artifacts, { recursive: true });
  const given = path.resolve(workspace, inputs.path ?? ".");
  if (uses.startsWith("actions/upload-artifact@")) {
    const target = path.join(artifacts, inputs.name ?? "");
    if (existsSync(given)) cpSync(given, target, { recursive: true });
    rmSync(path.join(workspace, "report"), { recursive: true, force: true });
    return true;
  }
  if (uses.startsWith("actions/download-artifact@")) {
    if (inputs.name !== undefined) {
      const source = path.join(artifacts, inputs.name);
      if (!existsSync(source)) return false;
      cpSync(source, given, { recursive: true });
      return true;
    }
    const start = (inputs.pattern ?? "").replace(/\*$/, "");
    const names = readdirSync(artifacts).filter((name) => name.startsWith(start));
    // The action extracts the only artifact without its folder.
    const targetOf = (name: string) => (names.length === 1 ? given : path.join(given, name));
    for (const name of names) cpSync(path.join(artifacts, name), targetOf(name), { recursive: true });
    return names.length > 0;
  }
  return true;
}
