import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../foundation/userError";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "./services/process";

/**
 * Runs one command at a time on a local environment. A holder that was killed holds nothing: the lock names the
 * process and its start time, and is taken over once that process is gone.
 */
export async function withCommandLock<T>(
  directory: string,
  command: string,
  run: () => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, "command.lock");
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ command, process: identifyProcess(process.pid) }));
  for (;;) {
    try {
      // A link appears with its content or not at all, so nobody reads a lock that is half written.
      await link(draft, file);
      await rm(draft);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = parseHolder(await readFile(file, "utf8").catch(() => ""));
      if (holder !== undefined && isSameProcess(holder.process)) {
        await rm(draft);
        throw new UserError(
          `\`npm run ${holder.command}\` (process ${holder.process.pid}) is at work in ${directory}: wait until it has ended, then run this command again.`,
        );
      }
      await rm(file, { force: true });
    }
  }
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
  }
}

function parseHolder(text: string): { command: string; process: ProcessIdentity } | undefined {
  try {
    return JSON.parse(text) as { command: string; process: ProcessIdentity };
  } catch {
    return undefined;
  }
}
