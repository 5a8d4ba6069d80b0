import { foreignWords } from "../bundleText";
import { costCells, costSentence } from "../cost";
import { type Change, isDestructive, type Problem, type Report, type ReportedFinding } from "../model";
import { count } from "../verdict";
import { driftTables } from "./driftTables";
import { block, code, cutMiddle, plain } from "./escape";
import { foldsOf, withFolds } from "./folds";
import { more, table } from "./table";

export interface MarkdownOptions {
  /** The maximum length of the result, in characters. Default: what GitHub accepts as a comment. */
  readonly limit?: number;
  /** A link to more details, for example that of the workflow run. */
  readonly link?: string | undefined;
  /** Lines before everything else, for example a hidden marker. */
  readonly prefix?: string;
}

/** GitHub refuses a longer comment. */
export const commentLimit = 65_536;

/** A step summary is limited to 1 MiB, and a character may take three bytes. */
export const summaryLimit = 340_000;

/**
 * Returns a report as GitHub's Markdown. The most important parts are never truncated: verdict, errors, what the change
 * does, drift. Collapsed lists follow, and lose their middle if the whole would be too long.
 */
export function renderMarkdown(report: Report, options: MarkdownOptions = {}): string {
  const { limit = commentLimit, link, prefix = "" } = options;
  for (let rows = 40; ; rows = Math.floor(rows / 2)) {
    const head = [prefix, ...firstScreen(report, rows)].filter((part) => part !== "").join("\n\n");
    const foot = footer(report, link);
    const room = limit - head.length - foot.length - 4;
    if (room >= 0 || rows === 0) return withFolds(head, { folds: foldsOf(report), foot, room });
  }
}

function firstScreen(report: Report, rows: number): string[] {
  const { stack, kind, verdict, errors, changes, drift, consequences } = report;
  const title = { preview: "Preview of", up: "Deployment of", drift: "Drift of" }[kind];
  const isLost = changes.filter(isDestructive);
  const others = changes.filter((change) => !isDestructive(change));
  const isSearch = kind === "drift";
  const besides = isLost.length === 0 ? "" : " besides";
  const change = [
    ...table("Replaced or deleted, with their contents", {
      columns: ["", "Resource", "Why"],
      cells: isLost.map(changeRow),
      rows,
    }),
    ...objects(report, rows),
    ...hazards(report, rows),
    ...table(isSearch ? `Code that was not deployed${besides}` : `What this change does${besides}`, {
      columns: ["", "Resource", "What"],
      cells: others.map(changeRow),
      rows,
    }),
    ...foreignObjects(report, rows),
  ];
  const found = driftTables(drift, kind, rows);
  return [
    `### ${title} ${code(stack)}: ${statusWords[verdict.status]}`,
    `**${plain(verdict.sentence)}**`,
    ...problems("Errors", errors, rows),
    ...violations(report, rows),
    ...findings(report, rows),
    ...(isSearch
      ? [...found, ...problems("Warnings", report.warnings, rows), ...change]
      : [...change, ...found]),
    ...costs(report, rows),
    ...(consequences.length === 0
      ? []
      : [
          `${count(consequences.length, "resource gets a new value", "resources get new values")} from resources that the repairs create.`,
        ]),
  ];
}

const statusWords: Readonly<Record<Report["verdict"]["status"], string>> = {
  unchanged: "nothing to do",
  changes: "changes",
  refused: "refused",
  failed: "failed",
  cancelled: "cancelled",
};

function problems(title: string, found: readonly Problem[], rows: number): string[] {
  if (found.length === 0) return [];
  const shown = Math.min(rows, 10);
  const parts = found
    .slice(0, shown)
    .map(({ resource, message }) =>
      [
        resource === undefined ? "" : code(`${resource.type} ${resource.name}`),
        block(cutMiddle(message, 3000)),
      ]
        .filter((part) => part !== "")
        .join("\n"),
    );
  return [`#### ${title}`, ...parts, ...more(found.length - shown)];
}

function violations({ policies }: Report, rows: number): string[] {
  const broken = policies.filter(({ level }) => level === "mandatory");
  const cells = broken.map(({ policy, resource, message }) => [
    code(policy),
    code(resource?.name ?? ""),
    code(message),
  ]);
  return table("Violated policies", { columns: ["Policy", "Resource", "What"], cells, rows });
}

/** Returns the findings of Supabase's advisors that the change adds and removes. */
function findings({ advisors }: Report, rows: number): string[] {
  const { added = [], resolved = [] } = advisors ?? {};
  const cells = (found: readonly ReportedFinding[]) =>
    found.map(({ level, name, detail }) => [level, code(name), code(detail)]);
  const columns = ["Level", "Finding", "What"];
  return [
    ...table("New findings of Supabase's advisors", { columns, cells: cells(added), rows }),
    ...table("Findings of Supabase's advisors that this change resolves", {
      columns,
      cells: cells(resolved),
      rows,
    }),
  ];
}

/** Returns the monthly cost of the stack, and how the change affects it. */
function costs(report: Report, rows: number): string[] {
  const sentence = costSentence(report);
  if (sentence === undefined) return [];
  const cells = (report.cost?.lines ?? []).map((line) => costCells(line).map((cell) => plain(cell)));
  const columns = ["Component", "What", "Before, USD", "After, USD"];
  return cells.length === 0 ? [sentence] : [...table("Monthly cost", { columns, cells, rows }), sentence];
}

/** Returns the changes of the database, without repairs. */
function objects({ bundles, kind }: Report, rows: number): string[] {
  const lines = bundles
    .flatMap((bundle) => bundle.objects)
    .filter(({ isRepair }) => !isRepair)
    .map(({ object, change }) => `${{ created: "+", dropped: "-", changed: "~" }[change]} ${object}`);
  if (lines.length === 0) return [];
  return [
    kind === "drift"
      ? "#### What was not deployed to the database"
      : "#### What this change does in the database",
    block(lines.slice(0, rows).join("\n"), "diff"),
    ...more(lines.length - rows),
  ];
}

/**
 * Returns manual objects that files of the change affect. Dropped ones are already in the drift, if a refresh found
 * them.
 */
function foreignObjects({ bundles, drift }: Report, rows: number): string[] {
  const drifted = new Set(drift.map(({ object }) => object));
  const cells = bundles
    .flatMap((bundle) => bundle.foreign)
    .filter(({ object, change }) => change !== "undone" || !drifted.has(object))
    .map(({ object, change }) => [code(object), foreignWords[change]]);
  return table("Created manually, and affected by this change", {
    columns: ["Object", "What happens"],
    cells,
    rows,
  });
}

/** Returns what a reviewer has to consider: accepted hazards with the reason. */
function hazards({ bundles }: Report, rows: number): string[] {
  const found = bundles.flatMap((bundle) => bundle.hazards);
  const cells = found.map(({ hazard, relation, place, text, isAccepted }) => [
    code(hazard),
    code(relation),
    code(place),
    `${isAccepted ? "Accepted: " : ""}${code(text, 600)}`,
  ]);
  return table("Hazards of the migrations", {
    columns: ["Hazard", "Relation", "Where", "Hazard and safe way"],
    cells,
    rows,
  });
}

function changeRow({ resource, operation, properties }: Change): string[] {
  const causes = properties.filter(({ replaces }) => replaces);
  const shown = operation === "replace" ? causes : operation === "create" ? [] : properties;
  const names = shown.slice(0, 4).map(({ path }) => code(path, 100));
  const rest = shown.length > 4 ? `, and ${shown.length - 4} more` : "";
  return [`${operation}`, code(`${resource.type} ${resource.name}`), `${names.join(", ")}${rest}`];
}

function footer({ commit, durationSeconds, unchangedResources }: Report, link: string | undefined): string {
  const parts = [
    ...(commit === undefined ? [] : [`Commit ${code(commit.slice(0, 12))}`]),
    count(unchangedResources, "resource is unchanged", "resources are unchanged"),
    `${durationSeconds} s`,
    ...(link === undefined ? [] : [`[workflow run](${link})`]),
  ];
  return `<sub>${parts.join(" · ")}</sub>`;
}
