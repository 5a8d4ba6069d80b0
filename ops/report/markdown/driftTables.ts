import type { DriftItem, Report } from "../model";
import { code, plain } from "./escape";
import { table } from "./table";

/** Returns the manual changes: those that a deployment repairs, those that it keeps, and accepted ones. */
export function driftTables(drift: readonly DriftItem[], kind: Report["kind"], rows: number): string[] {
  const open = drift.filter(({ waiver }) => waiver === undefined);
  const waived = drift.filter(({ waiver }) => waiver !== undefined);
  const taken = open.filter(({ outcome }) => outcome === "repaired" || outcome === "overwritten");
  const kept = open.filter(({ outcome }) => outcome === "kept" || outcome === "blocks");
  const columns = [
    "Severity",
    "What",
    "How it differs",
    kind === "up" ? "Repaired by" : "What the deployment does",
  ];
  return [
    ...table(
      kind === "up"
        ? "Manual changes that the deployment reverted"
        : kind === "drift"
          ? "Changed manually, and repaired by the next deployment"
          : "Not part of this change: drift that the deployment would repair",
      { columns, cells: taken.map(driftRow), rows },
    ),
    ...table(
      kind === "drift"
        ? "Changed manually, and kept by deployments"
        : "Not part of this change: drift that deployments keep",
      { columns, cells: kept.map(driftRow), rows },
    ),
    ...table("Accepted for now", {
      columns: ["Until", "What", "By", "Why"],
      cells: waived.map(waiverRow),
      rows,
    }),
  ];
}

function waiverRow({ resource, object, property, waiver }: DriftItem): string[] {
  const subject = object ?? `${resource.type} ${resource.name}`;
  const about = `${code(subject)}${property === undefined ? "" : ` ${code(property)}`}`;
  return [plain(waiver?.until ?? ""), about, code(waiver?.owner ?? ""), code(waiver?.reason ?? "")];
}

function driftRow({
  severity,
  resource,
  object,
  property,
  what,
  description,
  author,
  outcome,
  repair,
}: DriftItem): string[] {
  const subject = object ?? `${resource.type} ${resource.name}`;
  return [
    severity,
    `${code(subject)}${property === undefined ? "" : ` ${code(property)}`}`,
    `${what === description ? what : code(description)}${author === undefined ? "" : `, ${code(author)}`}`,
    repair === undefined ? outcomeWords[outcome] : code(repair),
  ];
}

const outcomeWords: Readonly<Record<DriftItem["outcome"], string>> = {
  repaired: "repairs it",
  kept: "keeps it",
  blocks: "stops",
  overwritten: "sets the value of this change",
};
