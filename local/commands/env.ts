import path from "node:path";
import { writeAwsLauncher } from "../awsLauncher";
import { exportLine, type LocalPaths } from "../environment";
import { prepareWorkspace } from "../officialClients/workspace";
import { progressToStandardError } from "../progress";
import { projectDatabase } from "../projectDatabase";
import { openLocalSession } from "../session";
import { localStack } from "../stack/stackLocation";

/** Runs `npm run -s local:env`: prints lines for a shell's `eval`, and nothing else to standard output. */
export async function printEnvironment(paths: LocalPaths): Promise<void> {
  const { variables, services } = await openLocalSession(paths, "local:env", progressToStandardError);
  const { endpoint } = services.supabase;
  const database = await projectDatabase(localStack(paths), paths.state, endpoint);
  const workspace = await prepareWorkspace(paths, endpoint, database);
  const searchPath = (variables.PATH ?? "").split(path.delimiter);
  const awsLauncher = await writeAwsLauncher(paths.directory, searchPath);
  const first = [workspace.binDirectory, ...(awsLauncher === undefined ? [] : [awsLauncher])];
  const lines = {
    ...variables,
    ...workspace.variables,
    PATH: [...first, ...searchPath.filter((entry) => !first.includes(entry))].join(path.delimiter),
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
  };
  for (const [name, value] of Object.entries(lines)) process.stdout.write(`${exportLine(name, value)}\n`);
}
