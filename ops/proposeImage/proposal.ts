import { isMap, parseDocument } from "yaml";
import { UserError } from "../../foundation/userError";
import { type GitHubClient, sayingWhy, statusOf } from "../github/client";
import type { GitHubContext } from "../github/context";

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
  const document = parseDocument(stackFile);
  const image = document.getIn(keys);
  if (!isMap(document.contents) || typeof image !== "string") {
    throw new UserError("The stack file has no thorbis-supabase:backup.image.");
  }
  const name = image.replace(/@sha256:[0-9a-f]+$/, "").replace(/:[\w.-]+$/, "");
  // Only this value changes, so the rest of the file keeps its layout.
  return stackFile.replace(image, `${name}@${digest}`);
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
    try {
      await client.request("POST /repos/{owner}/{repo}/git/refs", {
        ...target,
        ref: `refs/heads/${branch}`,
        sha: head.object.sha,
      });
    } catch (error) {
      if (statusOf(error) === 422) return "it is already proposed";
      throw error;
    }
    const title = `Use a new backup image for ${stack}`;
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
