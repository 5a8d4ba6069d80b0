import type { BundleInputs } from "../inputs";
import { connect, DatabaseUnreachable, disconnect } from "../session/connection";
import { defaultServerMajor } from "../source/parser";
import type { BundleState } from "./state";

/**
 * Returns the major version of the bundle's server: what the last deployment or refresh found, else what the server
 * reports, else that of a new project, whose database does not exist yet.
 */
export async function targetMajor(
  inputs: BundleInputs,
  state: BundleState,
  signal: AbortSignal,
): Promise<number> {
  return state.serverMajor ?? (await askMajor(inputs, signal)) ?? defaultServerMajor;
}

async function askMajor(
  { connection, name }: BundleInputs,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (connection === undefined) return undefined;
  try {
    const client = await connect(connection, { applicationName: `supabasex ${name}`, signal });
    try {
      const { rows } = await client.query<{ version: number }>(
        "select current_setting('server_version_num')::integer / 10000 as version",
      );
      return rows[0]?.version;
    } finally {
      await disconnect(client);
    }
  } catch (error) {
    if (error instanceof DatabaseUnreachable) return undefined;
    throw error;
  }
}
