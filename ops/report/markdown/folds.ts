import { fileText, objectText } from "../bundleText";
import { fullDiff } from "../diff";
import { lockText } from "../locks";
import type { Report } from "../model";
import { block, blockOverhead, cutMiddle } from "./escape";

/** A collapsed list. */
export interface Fold {
  readonly title: string;
  readonly text: string;
}

/** The characters of a collapsed list in addition to its text. */
const foldOverhead = 80 + blockOverhead;

/** Appends the collapsed lists for which there is room, and then the footer. */
export function withFolds(
  head: string,
  { folds, foot, room }: { readonly folds: readonly Fold[]; readonly foot: string; readonly room: number },
): string {
  let left = room;
  const parts = [head];
  for (const { title, text } of folds) {
    const space = left - foldOverhead - title.length;
    if (space < 200) continue;
    const part = `<details><summary>${title}</summary>\n\n${block(cutMiddle(text, space), "diff")}\n\n</details>`;
    parts.push(part);
    left -= part.length + 2;
  }
  return [...parts, foot].join("\n\n");
}

/** Returns the collapsed lists of a report that have contents. */
export function foldsOf(report: Report): Fold[] {
  const { bundles, kind, policies, warnings } = report;
  const files = bundles.flatMap((bundle) => bundle.files);
  const advice = policies.filter(({ level }) => level === "advisory");
  const folds: [title: string, lines: string[]][] = [
    [`SQL files (${files.length})`, files.map(fileText)],
    ["Objects of the database", bundles.flatMap(({ objects: all }) => all.map(objectText))],
    [
      kind === "up" ? "What the migrations blocked" : "What the migrations would block",
      bundles.flatMap(({ locks }) => locks.map(lockText)),
    ],
    ["What the dry run does not cover", bundles.flatMap(({ uncovered }) => uncovered)],
    [
      "Messages of the SQL bundle",
      bundles.flatMap(({ notices }) => notices.flatMap(({ title, lines }) => [title, ...lines])),
    ],
    [
      `Advice of the policies (${advice.length})`,
      advice.map(({ policy, message }) => `${policy}: ${message}`),
    ],
    [
      `Warnings (${warnings.length})`,
      warnings.map(({ resource, message }) => `${resource?.name ?? ""} ${message}`.trim()),
    ],
    ["Full diff", fullDiff(report).split("\n")],
  ];
  return folds
    .map(([title, lines]) => ({ title, text: lines.join("\n") }))
    .filter(({ text }) => text.trim() !== "");
}
