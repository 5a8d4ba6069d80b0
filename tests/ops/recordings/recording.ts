import { readFileSync } from "node:fs";
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

/** Returns the text of a recording: a run without what no report reads, and without what differs from run to run. */
export const recordedText = (run: PulumiRun): string => `${JSON.stringify(essence(run), null, 1)}\n`;

function essence(run: PulumiRun): PulumiRun {
  const events = run.events
    .flatMap(essentialEvent)
    .sort(inSteadyOrder)
    .map((event, sequence) => withoutMoments({ ...event, sequence }));
  return { exitCode: run.exitCode, stderr: run.stderr.trim(), durationSeconds: 12, events };
}

/** Orders messages first, then steps by resource: the engine works on several resources at a time. */
function inSteadyOrder(one: EngineEvent, other: EngineEvent): number {
  const urnOf = ({ resOutputsEvent }: EngineEvent) => resOutputsEvent?.metadata.urn ?? "";
  const placeOf = (event: EngineEvent) =>
    event.summaryEvent !== undefined ? 2 : event.resOutputsEvent !== undefined ? 1 : 0;
  return placeOf(one) - placeOf(other) || urnOf(one).localeCompare(urnOf(other), "en");
}

/** Replaces times, durations and random identifiers, which differ from run to run. */
function withoutMoments<T extends object>(event: T): T {
  const text = JSON.stringify(event)
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "2026-11-29 07:00:00 UTC")
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "2026-11-29T07:00:00Z")
    // Of providers. The engine's mark of an unknown value is a UUID as well, and stays.
    .replace(/::[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "::00000000-0000-4000-8000-000000000000")
    .replace(/\b(sg|subnet|vpc|i|rtb)-[0-9a-f]{17}\b/g, "$1-0123456789abcdef0")
    .replace(/(:secret:[\w/-]+)-\w{6}\b/g, "$1-AbCdEf")
    // Of the local queues, and below of the local project, in the definitions of tasks.
    .replace(/(?<address>http:\/\/127\.0\.0\.1:)\d+(?<queue>\/123456789012\/)/g, "$<address>4566$<queue>")
    .replace(/(\\"PGPORT\\",\\"value\\":\\")\d+/g, (_, before: string) => `${before}54320`)
    .replace(/\b(backup|monitoring)\.[a-z]{20}\b/g, "$1.abcdefghijklmnopqrst")
    .replace(/\b\d+ ms\b/g, "12 ms")
    .replace(/; for [\d.]+ (ms|s);/g, "; for 0.2 s;");
  return JSON.parse(text) as T;
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
