import { UserError } from "../../foundation/userError";
import { type GitHubClient, sayingWhy, statusOf } from "../github/client";
import { commentUnlessLocked } from "../github/comments";
import type { GitHubContext } from "../github/context";
import { botLogin } from "../github/stickyComment";
import { withDigest } from "./stackFile";

export interface Proposal {
  readonly stack: string;
  readonly digest: string;
}

/**
 * Proposes a digest for a stack in a pull request, on a separate branch, and closes the pull requests with older digests. Returns a
 * description of the result.
 */
export async function proposeImage(
  client: GitHubClient,
  { owner, repo }: Pick<GitHubContext, "owner" | "repo">,
  { stack, digest }: Proposal,
): Promise<string> {
  const target = { owner, repo };
  const path = `Pulumi.${stack}.yaml`;
  const branch = `backup-image-${stack}-${digest.slice(7, 19)}`;
  return await sayingWhy("propose the image", "contents: write, pull-requests: write", async () => {
    const { data: repository } = await client.request("GET /repos/{owner}/{repo}", target);
    const base = repository.default_branch;
    const { data: file } = await client.request("GET /repos/{owner}/{repo}/contents/{path}", {
      ...target,
      path,
      ref: base,
    });
    if (Array.isArray(file) || file.type !== "file") throw new UserError(`${path} is not a file on ${base}.`);
    const before = Buffer.from(file.content, "base64").toString();
    const after = withDigest(before, digest);
    if (after === before) return "the stack file already has it";
    const { data: head } = await client.request("GET /repos/{owner}/{repo}/git/ref/{ref}", {
      ...target,
      ref: `heads/${base}`,
    });
    const title = `Use a new backup image for ${stack}`;
    const earlier = await branchOff(client, { ...target, base, branch, sha: head.object.sha, title });
    if (earlier !== undefined) {
      if (earlier.state === "open") await closeOlder(client, target, { stack, number: earlier.number });
      return "it is already proposed";
    }
    await client.request("PUT /repos/{owner}/{repo}/contents/{path}", {
      ...{ ...target, path, branch, sha: file.sha },
      message: title,
      content: Buffer.from(after).toString("base64"),
    });
    const { data: pull } = await client.request("POST /repos/{owner}/{repo}/pulls", {
      ...{ ...target, title, head: branch, base },
      body: `The workflow \`backup-image\` built, scanned and signed \`${digest}\`.`,
    });
    await closeOlder(client, target, { stack, number: pull.number });
    return `pull request ${pull.number}`;
  });
}

/** Closes the open pull requests of this program for a stack that are older than one. A later run for an old digest closes no newer one. */
async function closeOlder(
  client: GitHubClient,
  target: Pick<GitHubContext, "owner" | "repo">,
  { stack, number }: { readonly stack: string; readonly number: number },
): Promise<void> {
  const { owner, repo } = target;
  const start = `${owner}:backup-image-${stack}-`;
  const open = await client.paginate("GET /repos/{owner}/{repo}/pulls", {
    ...target,
    state: "open",
    per_page: 100,
  });
  const older = open.filter(
    ({ number: other, head, user }) =>
      other < number &&
      user?.login === botLogin &&
      head.repo?.full_name === `${owner}/${repo}` &&
      head.label.startsWith(start) &&
      /^[0-9a-f]{12}$/.test(head.label.slice(start.length)),
  );
  for (const { number: other } of older) {
    await commentUnlessLocked(client, {
      ...{ ...target, issue_number: other },
      body: `Pull request #${number} proposes a newer image, so this one is closed.`,
    });
    await client.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...{ ...target, pull_number: other },
      state: "closed",
    });
  }
}

interface Branch {
  readonly owner: string;
  readonly repo: string;
  readonly base: string;
  readonly branch: string;
  readonly sha: string;
  /** Title of the commit. */
  readonly title: string;
}

/**
 * Creates a branch at a commit. A branch without a pull request is reset if it is from an interrupted run: it has at most one
 * commit, which is this program's. Otherwise it throws a UserError. Returns the newest pull request that the branch has, or had.
 */
async function branchOff(
  client: GitHubClient,
  { owner, repo, base, branch, sha, title }: Branch,
): Promise<{ readonly number: number; readonly state: string } | undefined> {
  try {
    const ref = `refs/heads/${branch}`;
    await client.request("POST /repos/{owner}/{repo}/git/refs", { owner, repo, ref, sha });
  } catch (error) {
    if (statusOf(error) !== 422 || !/already exists/i.test(String(error))) throw error;
    const { data: pulls } = await client.request("GET /repos/{owner}/{repo}/pulls", {
      ...{ owner, repo, state: "all" },
      head: `${owner}:${branch}`,
    });
    const [pull] = pulls.sort((one, other) => other.number - one.number);
    if (pull !== undefined) return pull;
    const { data: difference } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
      ...{ owner, repo, basehead: `${base}...${branch}` },
    });
    const isOwn = difference.commits.every(
      ({ author, commit }) => author?.login === botLogin && commit.message === title,
    );
    if (difference.ahead_by > 1 || !isOwn) {
      throw new UserError(
        `The branch ${branch} has no pull request and may contain manual changes: open its pull request or delete it, then run the job again.`,
      );
    }
    const ref = `heads/${branch}`;
    await client.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
      owner,
      repo,
      ref,
      sha,
      force: true,
    });
  }
  return undefined;
}
