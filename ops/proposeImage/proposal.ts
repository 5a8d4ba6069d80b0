import { isCollection, isScalar, parseDocument } from "yaml";
import { UserError } from "../../foundation/userError";
import { type GitHubClient, sayingWhy, statusOf } from "../github/client";
import type { GitHubContext } from "../github/context";
import { botLogin } from "../github/stickyComment";

const keys = ["config", "thorbis-supabase:backup", "image"];

/**
 * Returns a stack file with another digest of the same image, keeping comments and order. Throws a UserError for an
 * invalid digest.
 */
export function withDigest(stackFile: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new UserError(
      `${JSON.stringify(digest)} is not the digest of an image: a digest is sha256: and 64 hexadecimal digits.`,
    );
  }
  const { contents } = parseDocument(stackFile);
  const image = isCollection(contents) ? contents.getIn(keys, true) : undefined;
  if (!isScalar(image) || typeof image.value !== "string" || !image.range) {
    throw new UserError("The stack file has no thorbis-supabase:backup.image.");
  }
  const name = image.value.replace(/@sha256:[0-9a-f]+$/, "").replace(/:[\w.-]+$/, "");
  // Only this value changes, so the rest of the file keeps its layout.
  const [start, end] = image.range;
  const value = stackFile.slice(start, end).replace(image.value, `${name}@${digest}`);
  return `${stackFile.slice(0, start)}${value}${stackFile.slice(end)}`;
}

export interface Proposal {
  readonly stack: string;
  readonly digest: string;
}

/** Proposes a digest for a stack in a pull request, on a separate branch. Returns a description of the result. */
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
    const isReady = await branchOff(client, { ...target, base, branch, sha: head.object.sha, title });
    if (!isReady) return "it is already proposed";
    await client.request("PUT /repos/{owner}/{repo}/contents/{path}", {
      ...{ ...target, path, branch, sha: file.sha },
      message: title,
      content: Buffer.from(after).toString("base64"),
    });
    const { data: pull } = await client.request("POST /repos/{owner}/{repo}/pulls", {
      ...{ ...target, title, head: branch, base },
      body: `The workflow \`backup-image\` built, scanned and signed \`${digest}\`.`,
    });
    return `pull request ${pull.number}`;
  });
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
 * commit, which is this program's. Otherwise it throws a UserError. Returns false if the branch has, or had, a pull request.
 */
async function branchOff(
  client: GitHubClient,
  { owner, repo, base, branch, sha, title }: Branch,
): Promise<boolean> {
  try {
    const ref = `refs/heads/${branch}`;
    await client.request("POST /repos/{owner}/{repo}/git/refs", { owner, repo, ref, sha });
  } catch (error) {
    if (statusOf(error) !== 422 || !/already exists/i.test(String(error))) throw error;
    const { data: pulls } = await client.request("GET /repos/{owner}/{repo}/pulls", {
      ...{ owner, repo, state: "all" },
      head: `${owner}:${branch}`,
    });
    if (pulls.length > 0) return false;
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
  return true;
}
