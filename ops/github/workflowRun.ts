import * as z from "zod";
import { UserError } from "../../foundation/userError";
import { type GitHubClient, sayingWhy } from "./client";
import type { GitHubContext } from "./context";

/**
 * The fields of a `workflow_run` event that are used. GitHub writes the event, but its author chooses the branch name, and a fork can
 * change the title, which the workflow sets.
 */
const eventSchema = z.object({
  workflow_run: z.object({
    id: z.number().int(),
    run_attempt: z.number().int(),
    event: z.string(),
    head_sha: z.string().regex(/^[0-9a-f]{40}$/),
    // Null if the branch of a fork was deleted.
    head_branch: z.string().nullable(),
    html_url: z.url(),
    display_title: z.string(),
    // Null if the fork was deleted.
    head_repository: z.object({ full_name: z.string(), owner: z.object({ login: z.string() }) }).nullable(),
  }),
  repository: z.object({ full_name: z.string() }),
});

/** The title of a run of the workflow `preview` (`run-name`). */
const title = /^preview of #(\d{1,9})$/;

export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  readonly headSha: string;
  /** Missing if the branch was deleted. */
  readonly headBranch: string | undefined;
  /** Missing if the repository was deleted. */
  readonly headOwner: string | undefined;
  readonly headRepository: string | undefined;
  readonly url: string;
  /** Number of the pull request in the title of the run. Missing if a fork changed the title. */
  readonly titleNumber: number | undefined;
  readonly isPullRequest: boolean;
  /** Whether the code comes from a fork, whose author may have no write access to this repository. */
  readonly isFork: boolean;
}

/** Reads the event of a workflow that runs after another. Throws a UserError for any other event. */
export function workflowRunOf(event: unknown): WorkflowRun {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) {
    throw new UserError("This program runs on the event `workflow_run`, but this run has another event.");
  }
  const { workflow_run: run, repository } = parsed.data;
  return {
    id: run.id,
    attempt: run.run_attempt,
    headSha: run.head_sha,
    headBranch: run.head_branch ?? undefined,
    headOwner: run.head_repository?.owner.login,
    headRepository: run.head_repository?.full_name,
    url: run.html_url,
    titleNumber: numberIn(run.display_title),
    isPullRequest: run.event === "pull_request",
    isFork: run.head_repository?.full_name !== repository.full_name,
  };
}

function numberIn(displayTitle: string): number | undefined {
  const [, digits] = title.exec(displayTitle) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Returns the number of the open pull request whose newest commit the run tested; undefined if there is none. The numbers come from the
 * API, because the run's own artifact is untrusted. Two pull requests of one branch have the same newest commit: the run's title decides
 * between them. Without a title that names one of them, a report could be shown beside another base branch, so it is shown nowhere.
 */
export async function pullRequestOf(
  client: GitHubClient,
  { owner, repo }: Pick<GitHubContext, "owner" | "repo">,
  run: WorkflowRun,
): Promise<number | undefined> {
  if (run.headOwner === undefined || run.headBranch === undefined) return undefined;
  const head = `${run.headOwner}:${run.headBranch}`;
  const found = await sayingWhy("list the pull requests", "pull-requests: read", () =>
    client.paginate("GET /repos/{owner}/{repo}/pulls", { owner, repo, state: "open", head, per_page: 100 }),
  );
  const tested = found.filter(
    ({ head: { sha, repo: source } }) => sha === run.headSha && source?.full_name === run.headRepository,
  );
  const [only, ...others] = tested;
  if (run.titleNumber === undefined) return others.length === 0 ? only?.number : undefined;
  return tested.find(({ number }) => number === run.titleNumber)?.number;
}

export interface Job {
  readonly name: string;
  readonly conclusion: string | null;
  readonly url: string | null;
}

/** Returns the jobs of a run's last attempt. */
export async function jobsOf(
  client: GitHubClient,
  { owner, repo }: Pick<GitHubContext, "owner" | "repo">,
  { id, attempt }: WorkflowRun,
): Promise<Job[]> {
  const jobs = await sayingWhy("list the jobs of the run", "actions: read", () =>
    client.paginate("GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs", {
      owner,
      repo,
      run_id: id,
      attempt_number: attempt,
      per_page: 100,
    }),
  );
  return jobs.map(({ name, conclusion, html_url }) => ({ name, conclusion, url: html_url }));
}
