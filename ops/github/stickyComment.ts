import type { GitHubClient } from "./client";
import { sayingWhy, statusOf } from "./client";
import type { GitHubContext, RunNumber } from "./context";

/** Who comments with a job's own token. Nobody else's comment is touched, whatever marker it carries. */
export const botLogin = "github-actions[bot]";

interface Comment {
  readonly id: number;
  readonly body?: string | null | undefined;
  readonly user?: { readonly login: string } | null | undefined;
}

export interface StickyComment {
  readonly pullRequest: number;
  /** What tells this comment from others, for example `preview dev`. */
  readonly subject: string;
  /** The run that the text is about: a run that is older than the comment's changes nothing. */
  readonly run: RunNumber;
  /** Makes the text behind the marker, which counts towards the limit. */
  readonly render: (marker: string) => string;
}

export type Outcome = "created" | "updated" | "superseded";

/**
 * Writes the one comment that a pull request has about a subject: creates it or replaces its text. Two runs that create one at the
 * same time leave one, that of the newer run.
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
    if (first !== undefined) {
      await client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        ...target,
        comment_id: first.id,
        body,
      });
      return await keepNewest(client, target, comment, "updated");
    }
    await create(client, { ...target, body });
    return await keepNewest(client, target, comment, "created");
  });
}

interface Target {
  readonly owner: string;
  readonly repo: string;
  readonly issue_number: number;
}

/** A service that fails may have created it all the same: what there is afterwards decides. */
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

/** Of several comments the newest run's stays. The run that comes last sees all of them, so one is left. */
async function keepNewest(
  client: GitHubClient,
  target: Target,
  { subject, run }: StickyComment,
  outcome: Outcome,
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

/** Markdown does not show it. */
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
