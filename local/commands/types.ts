import { z } from "zod";
import { ManagementApi } from "../../foundation/managementApi";
import { type LocalPaths, localAccessToken } from "../environment";
import { ensureOfficialClients } from "../officialClients/installation";
import { projectDatabase } from "../projectDatabase";
import { openLocalSession } from "../session";
import { isDeployed } from "../stack/deploy";
import { folderOfCommand, notDeployed } from "../stack/stackLocation";

const dataApi = z.object({ db_schema: z.string() });
const generated = z.object({ types: z.string() });

/**
 * `npm run -s types [-- <stack>]`: prints the TypeScript types of every schema that the Data API of a local stack exposes,
 * as `supabase gen types` makes them. Nothing else goes to standard output.
 */
export async function printTypes(paths: LocalPaths, stack: string): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = folderOfCommand(paths, ["--stack", stack]);
  if (!isDeployed(paths, stack)) throw notDeployed(stack);
  // Here, where progress can be shown, and not in the API's background process.
  await ensureOfficialClients(progress);
  const { services } = await openLocalSession(paths, "types", progress);
  const { endpoint } = services.supabase;
  const database = await projectDatabase({ folder, stack }, paths.state, endpoint);
  if (database === undefined) throw notDeployed(stack);
  const api = new ManagementApi({ endpoint, accessToken: localAccessToken, client: "thorbis-types" });
  const project = `/projects/${database.projectRef}`;
  const { db_schema: schemas } = dataApi.parse((await api.call("GET", `${project}/postgrest`)).json);
  const query = new URLSearchParams({ included_schemas: schemas.replaceAll(" ", "") });
  const { types } = generated.parse((await api.call("GET", `${project}/types/typescript?${query}`)).json);
  process.stdout.write(types);
}
