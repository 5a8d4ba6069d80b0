import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../foundation/userError";
import { claimDirectory } from "./directory";
import { takeLock } from "./processLock.mjs";
import { stackOperations } from "./stackOperations";

/** The scripts of package.json that hold the lock only until the services run, so that others wait for them. */
const brief = ["pulumi", "supabase", "local:env", "backup", ...stackOperations] as const;
/** The scripts of package.json that hold the lock. */
export type Command = (typeof brief)[number] | "start" | "down";

const waitMilliseconds = 100;

/** Runs one command at a time on a local environment. A holder that was killed holds nothing. */
export async function withCommandLock<T>(
  directory: string,
  command: Command,
  run: () => Promise<T>,
): Promise<T> {
  await claimDirectory(directory);
  const lock = await take(directory, command);
  try {
    return await run();
  } finally {
    lock.release();
  }
}

async function take(directory: string, command: Command) {
  for (;;) {
    const taken = takeLock(path.join(directory, "command.lock"), command);
    if ("lock" in taken) return taken.lock;
    const { pid, purpose } = taken.holder;
    if (!(brief as readonly string[]).includes(purpose)) {
      throw new UserError(
        `\`npm run ${purpose}\` (process ${pid}) is at work in ${directory}: wait until it has ended, then run this command again.`,
      );
    }
    await wait(waitMilliseconds);
  }
}
