import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isJsonObject } from "../../../../foundation/json";
import { jsonOf, unexpected } from "../../../../foundation/managementApi";
import { UserError } from "../../../../foundation/userError";
import type { ProjectClient } from "../projectClient";

/** A deployed function, as the API returns it. */
export interface DeployedFunction {
  /** Hash of the platform's bundle. It changes if and only if the code changes. */
  readonly code: string;
  readonly verifyJwt: boolean;
}

/** Returns the function that is deployed under a slug; undefined if there is none. */
export async function readFunction(
  client: ProjectClient,
  slug: string,
  signal: AbortSignal,
): Promise<DeployedFunction | undefined> {
  const answer = await client.call("GET", `/functions/${slug}`, { signal });
  if (answer.status === 404) return undefined;
  const found = jsonOf(answer, 200, `read edge function ${slug}`);
  if (!isJsonObject(found)) throw unexpected(`read edge function ${slug}`, answer);
  const { ezbr_sha256: hash, version, verify_jwt: verifyJwt } = found;
  // The API documents the hash as optional. Without it, a new version number still shows a deployment.
  return {
    code: typeof hash === "string" ? hash : `version ${String(version)}`,
    verifyJwt: verifyJwt !== false,
  };
}

/** Changes whether the platform verifies callers' tokens, but not the code. */
export async function setVerifyJwt(
  client: ProjectClient,
  slug: string,
  { verifyJwt, signal }: { readonly verifyJwt: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const answer = await client.call("PATCH", `/functions/${slug}`, {
    body: { verify_jwt: verifyJwt },
    signal,
  });
  if (answer.status !== 200) throw unexpected(`update edge function ${slug}`, answer);
}

export interface Deployment {
  /** Path of the bundled file, relative to the folder of Pulumi.yaml. */
  readonly file: string;
  /** SHA-256 that the file must have, in hex. */
  readonly sha256: string;
  readonly verifyJwt: boolean;
}

/**
 * Deploys a bundled file.
 *
 * @throws UserError if the file is not what the program bundled
 */
export async function deployFunction(
  client: ProjectClient,
  slug: string,
  { file, sha256, verifyJwt, signal }: Deployment & { readonly signal: AbortSignal },
): Promise<void> {
  const content = await readFile(file);
  if (createHash("sha256").update(content).digest("hex") !== sha256) {
    throw new UserError(
      `${file} changed while the stack was deployed: another program bundles edge function ${slug} at the same time; run this again.`,
    );
  }
  const name = path.basename(file);
  const form = new FormData();
  form.append("file", new File([content], name, { type: "application/javascript" }));
  form.append("metadata", JSON.stringify({ entrypoint_path: name, name: slug, verify_jwt: verifyJwt }));
  const answer = await client.call("POST", `/functions/deploy?slug=${slug}`, { form, signal });
  if (answer.status !== 201) throw unexpected(`deploy edge function ${slug}`, answer);
}
