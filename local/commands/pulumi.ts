import type { LocalPaths } from "../environment";
import { openSession, prepareDatabase, prepareEngine } from "../session";

/** `npm run pulumi -- …`: any command of the CLI on the local stack, whose services it starts where they rest. */
export async function pulumi(paths: LocalPaths, args: readonly string[]): Promise<number> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const toolchain = await prepareEngine(paths, progress);
  const cluster = await prepareDatabase(paths, progress);
  return await openSession(paths, toolchain, cluster).pulumi.runInTerminal(args);
}
