import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../foundation/userError";
import { claimDirectory } from "./directory";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "./services/process";

/** The scripts of package.json that hold the lock only until the services run, so that others wait for them. */
const brief = [
  "pulumi",
  "supabase",
  "types",
  "local:env",
  "env",
  "recover",
  "rotate",
  "preview",
  "drift",
  "plan",
  "deploy",
  "backup",
] as const;
/** The scripts of package.json that hold the lock. */
export type Command = (typeof brief)[number] | "start" | "down";

const waitMilliseconds = 100;

/**
 * Runs one command at a time on a local environment. A holder that was killed holds nothing: the lock names the
 * process and its start time, and is taken over once that process is gone.
 */
export async function withCommandLock<T>(
  directory: string,
  command: Command,
  run: () => Promise<T>,
): Promise<T> {
  await claimDirectory(directory);
  const file = path.join(directory, "command.lock");
  const draft = `${file}.${process.pid}.${randomUUID()}`;
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
      if (holder === undefined || !isSameProcess(holder.process)) {
        await evict(file, `${draft}.evicted`);
      } else if ((brief as readonly Command[]).includes(holder.command)) {
        await wait(waitMilliseconds);
      } else {
        await rm(draft);
        throw new UserError(
          `\`npm run ${holder.command}\` (process ${holder.process.pid}) is at work in ${directory}: wait until it has ended, then run this command again.`,
        );
      }
    }
  }
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
  }
}

/** Takes a dead holder's lock away, unless somebody else has done so and taken the lock since: theirs is put back. */
async function evict(file: string, aside: string): Promise<void> {
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const holder = parseHolder(await readFile(aside, "utf8"));
  if (holder !== undefined && isSameProcess(holder.process)) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseHolder(text: string): { command: Command; process: ProcessIdentity } | undefined {
  try {
    return JSON.parse(text) as { command: Command; process: ProcessIdentity };
  } catch {
    return undefined;
  }
}
