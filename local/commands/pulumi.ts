import type { LocalPaths } from "../environment";
import { openLocalSession } from "../session";
import { folderOfCommand } from "../stack/stackLocation";

/** `npm run pulumi -- …`: any command of the CLI on the local stack, whose services it starts where they rest. */
export async function pulumi(paths: LocalPaths, args: readonly string[]): Promise<number> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const session = await openLocalSession(paths, "pulumi", progress);
  return await session.pulumiIn(folderOfCommand(paths, args)).runInTerminal(args);
}
