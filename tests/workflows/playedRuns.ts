import { writeFileSync } from "node:fs";
import path from "node:path";
import type { PulumiRun } from "../../ops/pulumi";
import { hazardLines, hazardsFound, lockLines, wouldBlock } from "../../plugins/supabasex/lockMessages";
import { type RecordingName, recorded } from "../ops/recordings/recording";

// Recordings of the engine with additional events, as files for `world.play`.

/** Writes a recording with additional events into a folder, and returns its path. */
export function recordedWith(
  folder: string,
  name: RecordingName,
  more: Partial<PulumiRun> & { readonly added: readonly object[] },
): string {
  const { added, ...properties } = more;
  const run = recorded(name);
  const events = [...run.events, ...added].map((event, sequence) => ({ ...event, sequence, timestamp: 0 }));
  return write(folder, name, { ...run, ...properties, events });
}

/** Writes a recording in which the replacement has 70,000 characters of diff in two resources. */
export function longReplacement(folder: string): string {
  const lines = Array.from({ length: 1000 }, (_, at) => `${at} ${"x".repeat(70)}`).join("\\n");
  const text = JSON.stringify(recorded("replacement")).replace(
    '"forceDestroy":false',
    `"forceDestroy":false,"policy":"${lines}"`,
  );
  const run = JSON.parse(text) as PulumiRun;
  for (const { resOutputsEvent } of run.events) {
    const step = resOutputsEvent?.metadata;
    if (step?.urn.endsWith("backup-drill-schedule") === true && step.op === "update") {
      step.detailedDiff = { description: { diffKind: "update" as never, inputDiff: true } };
      if (step.new) step.new.inputs = { description: lines.replaceAll("\\n", "\n") };
    }
  }
  return write(folder, "long", run);
}

/** Writes a recording of a run that waits until it is interrupted. */
export function waitingRun(folder: string): string {
  return write(folder, "waiting", { ...recorded("quiet"), waits: true });
}

/** Returns the messages of a bundle with two hazards, one of them accepted, and a statement that would block for a long time. */
export function hazardEvents(): object[] {
  const urn = recorded("changeAndDrift").events.find(
    ({ diagnosticEvent }) => diagnosticEvent?.urn?.endsWith("sql-bundle") === true,
  )?.diagnosticEvent?.urn;
  const place = "sql/migrations/20270101000000_points.sql:2";
  const relation = "shared.customers";
  const hazards = [
    hazardsFound,
    ...hazardLines([
      {
        hazard: "table-rewrite",
        relation,
        place,
        text: "The table is rewritten. Safe way.",
        isAccepted: false,
      },
      { hazard: "data-loss", relation, place, text: "nobody reads the column", isAccepted: true },
    ]),
  ];
  const locks = [
    wouldBlock,
    ...lockLines([
      {
        ...{ place, statement: "alter table shared.customers alter column points type bigint", relation },
        ...{ lock: "ACCESS EXCLUSIVE", blocks: "blocks reads and writes", heldSeconds: 28.4 },
        ...{ rewritten: true, scanned: true, rows: 500_000, bytes: 123_456_789 },
      },
    ]),
  ];
  return [hazards, locks].map((lines) => ({
    diagnosticEvent: { urn, severity: "warning", message: `${lines.join("\n")}\n`, color: "never" },
  }));
}

/** Returns the event of a violated policy. */
export function policyEvent(violation: {
  readonly resource: string;
  readonly policyName: string;
  readonly message: string;
}): object {
  const { resource, ...shown } = violation;
  return {
    policyEvent: {
      ...{ resourceUrn: `urn:pulumi:dev::thorbis-supabase::${resource}`, color: "never", ...shown },
      ...{ policyPackName: "thorbis", policyPackVersion: "0.1.0", policyPackVersionTag: "0.1.0" },
      enforcementLevel: "mandatory",
    },
  };
}

function write(folder: string, name: string, run: object): string {
  const file = path.join(folder, `${name}-played.json`);
  writeFileSync(file, JSON.stringify(run));
  return file;
}
