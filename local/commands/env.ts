import { exportLine, type LocalPaths } from "../environment";
import { projectDatabaseUrl } from "../projectDatabase";
import { openLocalSession } from "../session";

/** `npm run -s local:env`: lines for `eval` in a shell. Nothing else goes to standard output. */
export async function printEnvironment(paths: LocalPaths): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const { variables, services } = await openLocalSession(paths, "local:env", progress);
  const databaseUrl = await projectDatabaseUrl(paths.checkout, "local", services.supabase.endpoint);
  const lines = { ...variables, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) };
  for (const [name, value] of Object.entries(lines)) process.stdout.write(`${exportLine(name, value)}\n`);
}
