import type { LocalPaths } from "../environment";
import { startServices } from "../services/start";
import { openSession, prepareEngine } from "../session";
import { folderOfCommand } from "../stack/stackLocation";

/** `npm run pulumi -- …`: any command of the CLI on the local stack, whose services it starts where they rest. */
export async function pulumi(paths: LocalPaths, args: readonly string[]): Promise<number> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const toolchain = await prepareEngine(paths, progress);
  const services = await startServices(paths, progress);
  const session = openSession(paths, toolchain, services);
  return await session.pulumiIn(folderOfCommand(paths, args)).runInTerminal(args);
}
