import type { FindingsCompared } from "../advisors/compare";
import type { Finding } from "../advisors/findings";
import { exitCodes, type PulumiRun } from "../pulumi";
import { bundlesOf } from "./bundles";
import { changesOf } from "./changes";
import { cleanReport } from "./cleanReport";
import { driftOf } from "./drift";
import { cleaner } from "./mask";
import { type Problem, type Report, type ReportedFinding, reportVersion } from "./model";
import { diagnosticsOf, errorsOf, policiesOf, warningsOf } from "./problems";
import { stepsOf } from "./steps";
import { verdictOf } from "./verdict";

export interface ReportSubject {
  readonly kind: Report["kind"];
  readonly stack: string;
  /** The commit of the files. */
  readonly commit?: string | undefined;
  /** The environment with the secrets to mask. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The result of deploying the change to a copy of the stack after its preview. */
  readonly copy?: DeployedCopy | undefined;
  readonly cost?: Report["cost"];
}

export interface DeployedCopy {
  readonly deployment: PulumiRun;
  /** The advisors' findings, or why they could not run. */
  readonly advisors: FindingsCompared | { readonly unavailable: string };
}

/**
 * Returns the report on a run of the engine. It contains no secrets: the engine masks its own, and `cleaner` masks the
 * rest.
 */
export function buildReport(run: PulumiRun, subject: ReportSubject): Report {
  const { kind, stack, commit, environment, copy, cost } = subject;
  const command = kind === "drift" ? "refresh" : "deployment";
  const steps = stepsOf(run.events, command);
  const drift = driftOf(steps, command);
  const facts = {
    kind,
    stack,
    ...(commit === undefined ? {} : { commit }),
    durationSeconds: roundedSeconds(run.durationSeconds),
    errors: [...errorsOf(run), ...(copy === undefined ? [] : errorsOf(copy.deployment))],
    ...(kind === "drift" ? { changes: [], consequences: [] } : changesOf(steps.planned, drift)),
    drift,
    bundles: bundlesOf(diagnosticsOf(run.events), drift),
    ...advisorsOf(copy),
    ...(cost === undefined ? {} : { cost }),
    policies: policiesOf(run.events),
    warnings: [...warningsOf(run.events), ...missingAdvisors(copy)],
    unchangedResources:
      run.events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges.same ?? 0,
  };
  const copyFailed = copy !== undefined && copy.deployment.exitCode !== exitCodes.success;
  const verdict = verdictOf({ ...facts, exitCode: run.exitCode, copyFailed });
  const report: Report = { version: reportVersion, ...facts, verdict };
  return cleanReport(report, cleaner(environment));
}

/** Returns a duration with one decimal place. */
export function roundedSeconds(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function advisorsOf(copy: DeployedCopy | undefined): Pick<Report, "advisors"> {
  if (copy === undefined || "unavailable" in copy.advisors) return {};
  const { added, resolved, unchanged } = copy.advisors;
  return { advisors: { added: added.map(reported), resolved: resolved.map(reported), unchanged } };
}

function reported({ name, title, level, detail, remediation }: Finding): ReportedFinding {
  return { name, title, level, detail, remediation };
}

function missingAdvisors(copy: DeployedCopy | undefined): Problem[] {
  if (copy === undefined || !("unavailable" in copy.advisors)) return [];
  const message = `Supabase's advisors did not run for this change: ${copy.advisors.unavailable}`;
  return [{ source: "command", message }];
}
