import { diffLines } from "diff";
import { isJsonObject, type JsonValue } from "../../foundation/json";
import type { Change, PropertyChange, Report } from "./model";

export const marks: Readonly<Record<Change["operation"], string>> = {
  replace: "+-",
  delete: "-",
  create: "+",
  update: "~",
  import: "=",
  read: "=",
  forget: "×",
};

/** Returns the changes of a report as text: each resource and property, with old and new value. */
export function fullDiff({ changes, consequences }: Report): string {
  return [...changes, ...consequences].map(describeChange).join("\n\n");
}

function describeChange({ resource, operation, properties }: Change): string {
  const title = `${marks[operation]} ${resource.type} ${resource.name}: ${operation}`;
  return [title, ...properties.flatMap(describeProperty)].join("\n");
}

function describeProperty({ path, change, replaces, from, to, unknown }: PropertyChange): string[] {
  const note = replaces ? " (this replaces the resource)" : "";
  if (unknown === true) return [`    ${path}${note}: known after the deployment`];
  if (from === undefined && to === undefined) return [`    ${path}${note}: ${change}`];
  if (from === undefined) return indented(`    ${path}${note}: `, linesOf(to), "+");
  if (to === undefined) return indented(`    ${path}${note}: `, linesOf(from), "-");
  const [before, after] = [linesOf(from), linesOf(to)];
  if (before.length === 1 && after.length === 1) return [`    ${path}${note}: ${before[0]} → ${after[0]}`];
  return [`    ${path}${note}:`, ...changedLines(before, after).map((line) => `      ${line}`)];
}

function indented(head: string, lines: readonly string[], mark: string): string[] {
  const [only = ""] = lines;
  if (lines.length <= 1) return [`${head}${mark} ${only}`];
  return [head.trimEnd(), ...lines.map((line) => `      ${mark} ${line}`)];
}

/** The maximum number of lines to add and remove, beyond which everything is shown as replaced: finding them takes too long. */
const maxEditLength = 4000;

/** Returns the changed lines, each with two unchanged ones around it. */
function changedLines(before: readonly string[], after: readonly string[]): string[] {
  const [former, next] = [before.join("\n"), after.join("\n")];
  const parts = diffLines(former, next, { maxEditLength }) ?? [
    { removed: true, added: false, value: former },
    { removed: false, added: true, value: next },
  ];
  const lines = parts.flatMap(({ added, removed, value }) =>
    value
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => ({ mark: added ? "+" : removed ? "-" : " ", line })),
  );
  const isNear = (at: number) => lines.slice(Math.max(0, at - 2), at + 3).some(({ mark }) => mark !== " ");
  return lines.flatMap(({ mark, line }, at) => (isNear(at) ? [`${mark} ${line}`] : []));
}

/** The maximum depth of a value that is shown with one line per member. The indentation of a deeper one takes its depth squared. */
const maxDepth = 50;

/** Compares a JSON string, such as a policy document, member by member. */
function linesOf(value: JsonValue | undefined): string[] {
  const parsed = typeof value === "string" ? parseDocument(value) : value;
  if (!Array.isArray(parsed) && !isJsonObject(parsed)) return String(parsed ?? "none").split("\n");
  if (!isDeeper(parsed, maxDepth)) return JSON.stringify(parsed, null, 2).split("\n");
  return typeof value === "string" ? value.split("\n") : [JSON.stringify(parsed)];
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (!Array.isArray(value) && !isJsonObject(value)) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function parseDocument(text: string): JsonValue {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
