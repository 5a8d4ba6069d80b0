import type { GitHubClient } from "./client";
import { sayingWhy, statusOf } from "./client";
import type { GitHubContext, RunNumber } from "./context";

/** The author of comments that use a job's token. Comments of others are never changed, even with the same marker. */
export const botLogin = "github-actions[bot]";

interface Comment {
  readonly id: number;
  readonly body?: string | null | undefined;
  readonly user?: { readonly login: string } | null | undefined;
}

export interface StickyComment {
  readonly pullRequest: number;
  /** Distinguishes this comment from others, for example `preview dev`. */
  readonly subject: string;
  /** The run that the text describes. A run that is older than that of the comment changes nothing. */
  readonly run: RunNumber;
  /** Returns the text after the marker, which counts towards the limit. */
  readonly render: (marker: string) => string;
}

export type Outcome = "created" | "updated" | "superseded";

/**
 * Creates or replaces the one comment that a pull request has about a subject. If two runs create one at the same time,
 * only that of the newer run remains.
 */
export async function writeStickyComment(
  client: GitHubClient,
  context: Pick<GitHubContext, "owner" | "repo">,
  comment: StickyComment,
): Promise<Outcome> {
  const marker = markerOf(comment);
  const target = { owner: context.owner, repo: context.repo, issue_number: comment.pullRequest };
  const body = comment.render(marker);
  return await sayingWhy("write the comment", "pull-requests: write", async () => {
    const found = await ownComments(client, target, comment.subject);
    if (found.some((other) => isNewer(runOf(other), comment.run))) return "superseded";
    const [first] = found;
    const updated =
      first === undefined
        ? "missing"
        : await update(client, { ...target, comment_id: first.id, body }, comment.run);
    if (updated === "superseded") return updated;
    if (updated === "updated") return await keepNewest(client, target, { ...comment, outcome: updated });
    await create(client, { ...target, body });
    return await keepNewest(client, target, { ...comment, outcome: "created" });
  });
}

interface Target {
  readonly owner: string;
  readonly repo: string;
  readonly issue_number: number;
}

/**
 * Updates a comment, unless it does not exist any more. If the service fails, a newer run may write to the comment before the second
 * attempt, so it is read again.
 */
async function update(
  client: GitHubClient,
  comment: Target & { readonly comment_id: number; readonly body: string },
  run: RunNumber,
): Promise<"updated" | "missing" | "superseded"> {
  const path = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
  const replace = () => client.request(`PATCH ${path}`, { ...comment, request: { retries: 0 } });
  try {
    try {
      await replace();
    } catch (error) {
      if ((statusOf(error) ?? 0) < 500) throw error;
      const { owner, repo, comment_id } = comment;
      const { data } = await client.request(`GET ${path}`, { owner, repo, comment_id });
      if (isNewer(runOf(data), run)) return "superseded";
      await replace();
    }
    return "updated";
  } catch (error) {
    if (statusOf(error) === 404) return "missing";
    throw error;
  }
}

/** Creates a comment. If the service fails, the comment may exist anyway, so the comments are listed again. */
async function create(client: GitHubClient, comment: Target & { readonly body: string }): Promise<void> {
  try {
    await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...comment });
  } catch (error) {
    if ((statusOf(error) ?? 0) < 500) throw error;
    const existing = await allComments(client, comment);
    if (existing.some(({ body }) => body === comment.body)) return;
    await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...comment });
  }
}

/** Keeps the newest run's comment if there are several. The last run sees all of them, so one remains. */
async function keepNewest(
  client: GitHubClient,
  target: Target,
  { subject, run, outcome }: StickyComment & { readonly outcome: Outcome },
): Promise<Outcome> {
  const found = await ownComments(client, target, subject);
  const [newest, ...others] = [...found].sort((one, other) =>
    isNewer(runOf(one), runOf(other)) ? -1 : isNewer(runOf(other), runOf(one)) ? 1 : one.id - other.id,
  );
  for (const { id } of others) {
    await client
      .request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...target, comment_id: id })
      .catch((error: unknown) => {
        // The other run was faster.
        if (statusOf(error) !== 404) throw error;
      });
  }
  return newest !== undefined && isNewer(runOf(newest), run) ? "superseded" : outcome;
}

async function ownComments(client: GitHubClient, target: Target, subject: string): Promise<Comment[]> {
  const start = markerStart(subject);
  const comments = await allComments(client, target);
  return comments.filter(({ body, user }) => user?.login === botLogin && (body ?? "").startsWith(start));
}

async function allComments(client: GitHubClient, { owner, repo, issue_number }: Target): Promise<Comment[]> {
  return await client.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    owner,
    repo,
    issue_number,
    per_page: 100,
  });
}

const markerStart = (subject: string) => `<!-- thorbis ${subject}: `;

/** Returns the hidden marker, which Markdown does not show. */
function markerOf({ subject, run }: StickyComment): string {
  return `${markerStart(subject)}run ${run.id}.${run.attempt} -->`;
}

function runOf({ body }: Comment): RunNumber {
  const [, id = "0", attempt = "0"] = /^<!-- thorbis [^\n]*: run (\d+)\.(\d+) -->/.exec(body ?? "") ?? [];
  return { id: Number(id), attempt: Number(attempt) };
}

function isNewer(one: RunNumber, other: RunNumber): boolean {
  return one.id === other.id ? one.attempt > other.attempt : one.id > other.id;
}
