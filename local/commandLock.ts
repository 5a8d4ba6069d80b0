import path from "node:path";
import type { Holder } from "../foundation/processLock/holders.mjs";
import { IdentityError, withLock } from "../foundation/processLock/lock.mjs";
import { UserError } from "../foundation/userError";
import { claimDirectory } from "./directory";
import { stackOperations } from "./stackOperations";

/** The npm scripts that hold the lock only while they start the services. */
const brief = ["pulumi", "supabase", "local:env", "backup", "probe", ...stackOperations] as const;
/** The npm scripts that hold the lock. */
export type Command = (typeof brief)[number] | "start" | "down";

/** Runs one command at a time on a local environment. The lock of a killed process does not count. */
export async function withCommandLock<T>(
  directory: string,
  command: Command,
  run: () => Promise<T>,
): Promise<T> {
  await claimDirectory(directory);
  const refuse = ({ pid, purpose }: Holder): void => {
    if ((brief as readonly string[]).includes(purpose)) return;
    throw new UserError(
      `\`npm run ${purpose}\` (process ${pid}) is running in ${directory}: wait until it ends, then run this command again.`,
    );
  };
  try {
    return await withLock(path.join(directory, "command.lock"), run, { purpose: command, onHeld: refuse });
  } catch (error) {
    throw error instanceof IdentityError ? new UserError(error.message, 1, { cause: error }) : error;
  }
}
