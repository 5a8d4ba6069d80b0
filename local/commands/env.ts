import { exportLine, type LocalPaths } from "../environment";
import { openSession, prepareDatabase, prepareEngine } from "../session";

/** `npm run -s local:env`: lines for `eval` in a shell. Nothing else goes to standard output. */
export async function printEnvironment(paths: LocalPaths): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const toolchain = await prepareEngine(paths, progress);
  const cluster = await prepareDatabase(paths, progress);
  const { variables } = openSession(paths, toolchain, cluster);
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`${exportLine(name, value)}\n`);
}
