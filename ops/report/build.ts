import type { JsonObject } from "../../foundation/json";
import type { PulumiRun } from "../pulumi";
import { bundlesOf } from "./bundles";
import { changesOf } from "./changes";
import { driftOf } from "./drift";
import { cleaner, mapTexts } from "./mask";
import { type Report, reportVersion } from "./model";
import { diagnosticsOf, errorsOf, policiesOf, warningsOf } from "./problems";
import { stepsOf } from "./steps";
import { verdictOf } from "./verdict";

export interface ReportSubject {
  readonly kind: Report["kind"];
  readonly stack: string;
  /** The commit that the files are of. */
  readonly commit?: string | undefined;
  /** Where the secrets to mask are. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Returns the report on a run of the engine. It holds no secret: the engine masks its own, and `cleaner` the rest. */
export function buildReport(run: PulumiRun, subject: ReportSubject): Report {
  const { kind, stack, commit, environment } = subject;
  const command = kind === "drift" ? "refresh" : "deployment";
  const steps = stepsOf(run.events, command);
  const drift = driftOf(steps, command);
  const facts = {
    kind,
    stack,
    ...(commit === undefined ? {} : { commit }),
    durationSeconds: Math.round(run.durationSeconds * 10) / 10,
    errors: errorsOf(run),
    ...(kind === "drift" ? { changes: [], consequences: [] } : changesOf(steps.planned, drift)),
    drift,
    bundles: bundlesOf(diagnosticsOf(run.events), drift),
    policies: policiesOf(run.events),
    warnings: warningsOf(run.events),
    unchangedResources:
      run.events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges.same ?? 0,
  };
  const verdict = verdictOf({ ...facts, exitCode: run.exitCode });
  const report: Report = { version: reportVersion, ...facts, verdict };
  return mapTexts(report as unknown as JsonObject, cleaner(environment)) as unknown as Report;
}
