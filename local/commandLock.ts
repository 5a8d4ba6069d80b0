import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../foundation/userError";
import { claimDirectory } from "./directory";
import { takeLock } from "./processLock.mjs";
import { stackOperations } from "./stackOperations";

/** The npm scripts that hold the lock only while they start the services. */
const brief = ["pulumi", "supabase", "local:env", "backup", "probe", ...stackOperations] as const;
/** The npm scripts that hold the lock. */
export type Command = (typeof brief)[number] | "start" | "down";

const waitMilliseconds = 100;

/** Runs one command at a time on a local environment. The lock of a killed process does not count. */
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
        `\`npm run ${purpose}\` (process ${pid}) is running in ${directory}: wait until it ends, then run this command again.`,
      );
    }
    await wait(waitMilliseconds);
  }
}
