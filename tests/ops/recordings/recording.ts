import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EngineEvent, PulumiRun, Step, StepState } from "../../../ops/pulumi";
import { parsePath } from "../../../ops/report/propertyPath";

/**
 * Runs of the real engine on the local stack, recorded with its event log. Left out is what no report reads: steps without a change, and properties that do not differ.
 */
export const recordings = [
  "quiet",
  "changeAndDrift",
  "brokenMigration",
  "badConfiguration",
  "replacement",
  "driftSearch",
  "up",
] as const;

export type RecordingName = (typeof recordings)[number];

export const recordingFile = (name: RecordingName) => path.join(import.meta.dirname, `${name}.json`);

export function recorded(name: RecordingName): PulumiRun {
  return JSON.parse(readFileSync(recordingFile(name), "utf8")) as PulumiRun;
}

export function record(name: RecordingName, run: PulumiRun): void {
  writeFileSync(recordingFile(name), `${JSON.stringify(essence(run), null, 1)}\n`);
}

/** Returns a run without what no report reads, and without what differs from run to run. */
export function essence(run: PulumiRun): PulumiRun {
  const events = run.events.flatMap(essentialEvent).map((event, sequence) => ({ ...event, sequence }));
  return { exitCode: run.exitCode, stderr: run.stderr.trim(), durationSeconds: 12, events };
}

function essentialEvent(event: EngineEvent): EngineEvent[] {
  const { diagnosticEvent, policyEvent, resOutputsEvent, resOpFailedEvent, summaryEvent } = event;
  const head = { sequence: 0, timestamp: 0 };
  if (diagnosticEvent !== undefined)
    return diagnosticEvent.ephemeral === true ? [] : [{ ...head, diagnosticEvent }];
  if (policyEvent !== undefined) return [{ ...head, policyEvent }];
  if (summaryEvent !== undefined)
    return [{ ...head, summaryEvent: { ...summaryEvent, durationSeconds: 12 } }];
  if (resOpFailedEvent !== undefined) {
    return [
      {
        ...head,
        resOpFailedEvent: { ...resOpFailedEvent, metadata: essentialStep(resOpFailedEvent.metadata) },
      },
    ];
  }
  if (resOutputsEvent === undefined || !changes(resOutputsEvent.metadata)) return [];
  return [
    { ...head, resOutputsEvent: { ...resOutputsEvent, metadata: essentialStep(resOutputsEvent.metadata) } },
  ];
}

function changes({ op, detailedDiff, diffs, old, new: next }: Step): boolean {
  if (op === "same" || op === "read") return false;
  if (op !== "refresh") return true;
  const isGone = old?.custom === true && !next;
  return isGone || Object.keys(detailedDiff ?? {}).length > 0 || (diffs?.length ?? 0) > 0;
}

function essentialStep(step: Step): Step {
  const paths = [...Object.keys(step.detailedDiff ?? {}), ...(step.diffs ?? []), ...(step.keys ?? [])];
  const roots = new Set(paths.map((part) => String(parsePath(part)[0])));
  const state = (whole: StepState | undefined, keepsAll: boolean) =>
    whole && {
      ...whole,
      inputs: keepsAll ? whole.inputs : only(whole.inputs, roots),
      outputs: only(whole.outputs, roots),
    };
  const [before, after] = [state(step.old, false), state(step.new, step.op === "create")];
  return { ...step, ...(before ? { old: before } : {}), ...(after ? { new: after } : {}) };
}

function only(
  properties: Record<string, unknown> | undefined,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties ?? {}).filter(([name]) => names.has(name)));
}
