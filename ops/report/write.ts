import { appendFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { renderMarkdown, summaryLimit } from "./markdown/render";
import type { Report } from "./model";
import { renderText } from "./text";

export const reportFormats = ["text", "markdown", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export function formatReport(report: Report, format: ReportFormat): string {
  if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
  return format === "markdown" ? `${renderMarkdown(report)}\n` : renderText(report);
}

/** The file with the report as JSON, in the folder that `--out` names. */
export const reportFile = "report.json";

/** Writes a report in each form into a folder. */
export async function writeReport(report: Report, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, reportFile), formatReport(report, "json"));
  await writeFile(path.join(folder, "report.md"), formatReport(report, "markdown"));
  await writeFile(path.join(folder, "report.txt"), formatReport(report, "text"));
}

/** Outputs of a report, in addition to the page of the workflow run. */
export interface ReportPlaces {
  /** The format on standard output. */
  readonly format: ReportFormat;
  /** A folder for the report in every format. Default: none. */
  readonly folder?: string | undefined;
}

/** Prints a report, writes it to a folder, and adds it to the page of the workflow run, if there is one. */
export async function deliverReport(report: Report, { format, folder }: ReportPlaces): Promise<void> {
  process.stdout.write(formatReport(report, format));
  if (folder !== undefined) await writeReport(report, folder);
  await addToStepSummary(report);
}

/** Adds a report to the page of the workflow run, if there is one. */
export async function addToStepSummary(
  report: Report,
  file: string | undefined = process.env.GITHUB_STEP_SUMMARY,
): Promise<void> {
  if (file === undefined || file === "") return;
  await appendFile(file, `${renderMarkdown(report, { limit: summaryLimit })}\n`);
}
