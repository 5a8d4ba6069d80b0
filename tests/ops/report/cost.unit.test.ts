import { expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { renderMarkdown } from "../../../ops/report/markdown/render";
import type { ReportedCost } from "../../../ops/report/model";
import { renderText } from "../../../ops/report/text";
import { recorded } from "../recordings/recording";

const reportWith = (cost?: ReportedCost) =>
  buildReport(recorded("quiet"), {
    kind: "preview",
    stack: "prod",
    environment: {},
    ...(cost === undefined ? {} : { cost }),
  });
const line = { component: "SupabaseProject", what: "Compute", before: 10, after: 110 };

test.each<[what: string, cost: ReportedCost, sentence: string]>([
  [
    "more",
    { before: 40.5, after: 140.5, lines: [line] },
    "Estimated cost: 140.50 USD a month, 100.00 USD more than before (40.50 USD).",
  ],
  [
    "less",
    { before: 140.5, after: 40.5, lines: [{ ...line, before: 110, after: 10 }] },
    "Estimated cost: 40.50 USD a month, 100.00 USD less than before (140.50 USD).",
  ],
  ["the same", { before: 40.5, after: 40.5, lines: [] }, "Estimated cost: 40.50 USD a month, as before."],
  ["unknown before", { after: 40.5, lines: [] }, "Estimated cost: 40.50 USD a month."],
])("a change that costs %s says so in Markdown and text", (_, cost, sentence) => {
  const report = reportWith(cost);

  expect(renderMarkdown(report)).toContain(sentence);
  expect(renderText(report)).toContain(sentence);
});

test("the lines that differ are a table", () => {
  const report = reportWith({ before: 40.5, after: 140.5, lines: [line] });

  expect(renderMarkdown(report)).toContain("| SupabaseProject | Compute | 10.00 | 110.00 |");
  expect(renderText(report)).toContain("SupabaseProject  Compute  10.00  110.00");
});

test("control: a report without a cost does not mention cost", () => {
  expect(renderMarkdown(reportWith())).not.toContain("cost");
  expect(renderText(reportWith())).not.toContain("cost");
});
