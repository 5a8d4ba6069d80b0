import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import type { GitHubClient } from "../github/client";
import type { GitHubContext } from "../github/context";
import { type Outcome, writeStickyComment } from "../github/stickyComment";
import { type Job, jobsOf, pullRequestOf, type WorkflowRun } from "../github/workflowRun";
import { cleanReport } from "../report/cleanReport";
import { renderMarkdown } from "../report/markdown/render";
import { cleaner } from "../report/mask";
import { type Report, reportSchema, reportVersion } from "../report/model";
import { reportFile } from "../report/write";

/** The name of a job of the workflow `preview` that previews a stack. */
const previewJob = /^Preview ([\w.-]+)$/;

/**
 * Returns the folder of a stack's report below the folder with the downloaded artifacts. It is the name of the
 * artifact.
 */
const artifactOf = (stack: string) => `preview-${stack}`;

/** A report is a few hundred kilobytes, but an untrusted artifact may be of any size. */
const maxReportBytes = 20_000_000;

/** A fork may change the workflow, and with it the number of jobs. */
const maxCommentsOfForks = 10;

/** Returns whether a stack's preview needs no credentials, so that a fork's code may create it. */
const isCredentialFree = (stack: string) => stack === "local" || stack.startsWith("like-");

export interface CommentResult {
  readonly stack: string;
  readonly outcome: Outcome;
}

/**
 * Comments on the pull request of a `preview` run, once for each stack that it previewed. The run's artifacts are
 * untrusted: they are parsed strictly and shown as data. Returns undefined if the pull request has a newer commit.
 */
export async function commentOnPreviews(
  client: GitHubClient,
  context: GitHubContext,
  { run, folder }: { readonly run: WorkflowRun; readonly folder: string },
): Promise<CommentResult[] | undefined> {
  if (!run.isPullRequest) return undefined;
  const pullRequest = await pullRequestOf(client, context, run);
  if (pullRequest === undefined) return undefined;
  const results: CommentResult[] = [];
  const previews = (await jobsOf(client, context, run)).flatMap((job) => {
    const [, stack] = previewJob.exec(job.name) ?? [];
    const isShown = stack !== undefined && job.conclusion !== "skipped";
    return isShown && (!run.isFork || isCredentialFree(stack)) ? [{ job, stack }] : [];
  });
  for (const { job, stack } of run.isFork ? previews.slice(0, maxCommentsOfForks) : previews) {
    const report = await reportOf(folder, { stack, job, run });
    const note = run.isFork ? forkNote : "";
    const outcome = await writeStickyComment(client, context, {
      pullRequest,
      subject: `preview ${stack}`,
      run,
      render: (marker) => renderMarkdown(report, { prefix: `${marker}${note}`, link: job.url ?? run.url }),
    });
    results.push({ stack, outcome });
  }
  return results;
}

const forkNote =
  "\n\n> This report comes from code of the fork, on a runner without credentials. It says nothing about a deployed environment.";

interface Source {
  readonly stack: string;
  readonly job: Job;
  readonly run: WorkflowRun;
}

async function reportOf(folder: string, source: Source): Promise<Report> {
  const own = await readRegularFile(path.join(folder, artifactOf(source.stack), reportFile));
  // If a run has only one artifact, actions/download-artifact extracts it without its folder.
  const text = own ?? (await readRegularFile(path.join(folder, reportFile)));
  const report = text === undefined ? undefined : reportIn(text);
  if (own === undefined && report?.stack !== source.stack) {
    return withoutReport(source, missingSentence(source.job));
  }
  if (report === undefined || report.stack !== source.stack || report.kind !== "preview") {
    return withoutReport(source, "The preview's report does not match the documented schema.");
  }
  return { ...report, commit: source.run.headSha, verdict: verdictIn(report, source.job) };
}

/** Returns the verdict of a report, unless its job ended otherwise: GitHub knows that, and the report may come from a fork's code. */
function verdictIn({ verdict }: Report, { conclusion }: Job): Report["verdict"] {
  const isGood = verdict.status === "unchanged" || verdict.status === "changes";
  if (!isGood || conclusion === "success") return verdict;
  if (conclusion === "cancelled") {
    return { status: "cancelled", sentence: "The preview was cancelled after it wrote a report." };
  }
  return {
    status: "failed",
    sentence: "The job failed, although its report says otherwise: see the log of the job.",
  };
}

/** Reads a file of an artifact, which may be a link to another file or larger than memory. */
async function readRegularFile(file: string): Promise<string | undefined> {
  const status = await lstat(file).catch(() => undefined);
  if (status === undefined || !status.isFile() || status.size > maxReportBytes) return undefined;
  return await readFile(file, "utf8");
}

/** Returns the report in a file; undefined if it contains none, or values that are nested too deeply. */
function reportIn(text: string): Report | undefined {
  try {
    return cleanReport(reportSchema.parse(JSON.parse(text)), cleaner());
  } catch {
    return undefined;
  }
}

function missingSentence({ conclusion }: Job): string {
  if (conclusion === "cancelled") return "The preview was cancelled before it wrote a report.";
  if (conclusion === "success") return "The preview wrote no readable report.";
  return "The preview failed before it wrote a report: see the job's log.";
}

function withoutReport({ stack, job, run }: Source, sentence: string): Report {
  return {
    version: reportVersion,
    kind: "preview",
    stack,
    commit: run.headSha,
    durationSeconds: 0,
    verdict: { status: job.conclusion === "cancelled" ? "cancelled" : "failed", sentence },
    errors: [],
    changes: [],
    consequences: [],
    drift: [],
    bundles: [],
    policies: [],
    warnings: [],
    unchangedResources: 0,
  };
}
