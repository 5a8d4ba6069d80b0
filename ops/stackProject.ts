import * as z from "zod";
import { ManagementApi } from "../foundation/managementApi";
import { UserError } from "../foundation/userError";
import { pulumiOutput } from "./pulumiCommand";

/** The Supabase project of a stack, with a client of its Management API. */
export interface StackProject {
  /** The path of the project below `/v1`. */
  readonly path: string;
  readonly api: ManagementApi;
}

const outputs = z.object({ projectRef: z.string().min(1) });

/**
 * Returns the project that a stack has deployed, with a client of its Management API. The environment configures it as
 * for the Supabase provider.
 * @param script the calling npm script, for messages and as the name of the client
 * @throws UserError for a stack that was never deployed, or without an access token.
 */
export async function stackProject(stack: string, script: string): Promise<StackProject> {
  const { SUPABASE_ACCESS_TOKEN: accessToken, SUPABASE_API_ENDPOINT: endpoint } = process.env;
  if (accessToken === undefined || accessToken.trim() === "") {
    throw new UserError(
      `Set SUPABASE_ACCESS_TOKEN to a token that may read the project of stack ${stack}, then run this command again.`,
    );
  }
  const found = outputs.safeParse(
    JSON.parse(await pulumiOutput(["stack", "output", "--stack", stack, "--json"], { script })),
  );
  if (!found.success) {
    throw new UserError(
      `Stack ${stack} has no project: run \`pulumi up --stack ${stack}\`, then this command again.`,
    );
  }
  const api = new ManagementApi({
    accessToken,
    ...(endpoint === undefined ? {} : { endpoint }),
    client: `thorbis-${script}`,
  });
  return { path: `/projects/${found.data.projectRef}`, api };
}
