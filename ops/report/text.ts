import { findingText } from "../advisors/findings";
import { fileText, foreignWords, objectText } from "./bundleText";
import { costCells, costSentence } from "./cost";
import { fullDiff, marks } from "./diff";
import { hazardText, lockText } from "./locks";
import type { Change, DriftItem, Problem, Report } from "./model";

/** Returns a report for a terminal or a log: in the same order as its Markdown, with nothing omitted. */
export function renderText(report: Report): string {
  const {
    stack,
    kind,
    verdict,
    errors,
    changes,
    consequences,
    drift,
    bundles,
    advisors,
    policies,
    warnings,
  } = report;
  const title = { preview: "Preview of", up: "Deployment of", drift: "Drift of" }[kind];
  const files = bundles.flatMap((bundle) => bundle.files);
  const objects = bundles.flatMap((bundle) => bundle.objects);
  const isSearch = kind === "drift";
  const kept = (item: DriftItem) => item.outcome === "kept" || item.outcome === "blocks";
  const sections: [string, string[]][] = [
    ["Errors", errors.map(problemText)],
    [
      "Policies",
      policies.map(
        ({ level, policy, resource, message }) => `${level} ${policy} ${resource?.name ?? ""}: ${message}`,
      ),
    ],
    ["New findings of Supabase's advisors", (advisors?.added ?? []).map(findingText)],
    [
      "Findings of Supabase's advisors that this change resolves",
      (advisors?.resolved ?? []).map(findingText),
    ],
    [isSearch ? "Code that was not deployed" : "What this change does", changes.map(changeText)],
    ["What this change does in the database", objects.filter(({ isRepair }) => !isRepair).map(objectText)],
    ["SQL files", files.map(fileText)],
    [
      "Created manually, and affected by this change",
      bundles.flatMap(({ foreign }) =>
        foreign.map(({ object, change }) => `${object}: ${foreignWords[change]}`),
      ),
    ],
    ["Hazards of the migrations", bundles.flatMap(({ hazards }) => hazards.map(hazardText))],
    [
      kind === "up" ? "What the migrations blocked" : "What the migrations would block",
      bundles.flatMap(({ locks }) => locks.map(lockText)),
    ],
    ["Drift that a deployment repairs", drift.filter((item) => !kept(item)).map(driftText)],
    ["Drift that a deployment keeps", drift.filter(kept).map(driftText)],
    [
      "Monthly cost",
      [costSentence(report) ?? [], (report.cost?.lines ?? []).map((line) => costCells(line).join("  "))].flat(
        2,
      ),
    ],
    ["New values that come from repairs", consequences.map(changeText)],
    ["What the dry run does not cover", bundles.flatMap(({ uncovered }) => uncovered)],
    [
      "Messages of the SQL bundle",
      bundles.flatMap(({ notices }) => notices.map(({ title: line, lines }) => [line, ...lines].join("\n"))),
    ],
    ["Warnings", warnings.map(problemText)],
    ["Full diff", [fullDiff(report)].filter((text) => text !== "")],
  ];
  const parts = sections
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => [`${name}:`, ...entries.map(indent)].join("\n"));
  return `${[`${title} ${stack}: ${verdict.sentence}`, ...parts].join("\n\n")}\n`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

function problemText({ resource, message }: Problem): string {
  return resource === undefined ? message : `${resource.type} ${resource.name}: ${message}`;
}

function changeText({ resource, operation, properties }: Change): string {
  const shown =
    operation === "create"
      ? []
      : properties.map(({ path, replaces }) => `${path}${replaces ? " (replaces)" : ""}`);
  return `${marks[operation].padEnd(2)} ${resource.type} ${resource.name}${shown.length === 0 ? "" : `: ${shown.join(", ")}`}`;
}

export function driftText({
  severity,
  resource,
  object,
  property,
  description,
  author,
  repair,
  waiver,
}: DriftItem): string {
  const subject = `${object ?? `${resource.type} ${resource.name}`}${property === undefined ? "" : ` ${property}`}`;
  const note =
    waiver === undefined ? "" : ` (accepted until ${waiver.until} by ${waiver.owner}: ${waiver.reason})`;
  const by = author === undefined ? "" : ` (${author})`;
  const line = `${severity.padEnd(6)} ${subject}: ${description}${by}${note}`;
  return repair === undefined ? line : `${line}\n       ${repair}`;
}
