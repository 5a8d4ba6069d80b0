import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { UserError } from "../../foundation/userError";
import { pendingCreates, planRecovery, recoveryArguments } from "../../ops/recover/plan";
import { postgresqlFinders } from "../../ops/recover/postgresql";
import { projectName } from "../environment";
import type { PulumiCli } from "./pulumiCli";
import { describeHolder, findStateLocks, isHeld, removeStateLock, type StateLock } from "./stateLocks";

/** How long a deployment that somebody else started may still run before we give up on waiting for it. */
const otherRunLimitMinutes = 10;

export interface RecoveryOptions {
  readonly stateDirectory: string;
  readonly stack: string;
  readonly databaseUrl: string;
  readonly say: (line: string) => void;
}

/**
 * Clears up after a run that was killed: takes the state lock off a dead process, and settles with the real services
 * what each unfinished creation has come to. A live process keeps its lock; we wait for it.
 */
export async function recover(cli: PulumiCli, options: RecoveryOptions): Promise<void> {
  const { stateDirectory, stack, say } = options;
  for (const lock of await findStateLocks(stateDirectory, projectName, stack)) {
    if (isHeld(lock)) await waitForRelease(lock, options);
    else {
      say("The Pulumi run that held the state lock is gone: removing its lock.");
      await removeStateLock(lock);
    }
  }

  const creates = pendingCreates(await cli.capture(["stack", "export", "--stack", stack]));
  if (creates.length === 0) return;
  say(`A run was cut off with ${creates.length} unfinished creation(s): asking the services what exists.`);
  const database = new Client({ connectionString: options.databaseUrl });
  await database.connect();
  try {
    const plan = await planRecovery(creates, postgresqlFinders(database));
    const exitCode = await cli.runInTerminal([
      "refresh",
      "--stack",
      stack,
      "--yes",
      "--skip-preview",
      "--non-interactive",
      ...recoveryArguments(plan),
    ]);
    if (exitCode !== 0) {
      throw new UserError(
        `Taking over what the cut-off run had created failed: see Pulumi's message above, then run \`npm start\` again.`,
      );
    }
  } finally {
    await database.end();
  }
}

async function waitForRelease(
  lock: StateLock,
  { stateDirectory, stack, say }: RecoveryOptions,
): Promise<void> {
  const holder = describeHolder(lock);
  say(`Another Pulumi run (${holder}) is at work on this stack: waiting for it.`);
  const deadline = Date.now() + otherRunLimitMinutes * 60_000;
  for (;;) {
    const locks = await findStateLocks(stateDirectory, projectName, stack);
    const current = locks.find((other) => other.file === lock.file);
    if (current === undefined) return;
    if (!isHeld(current)) return removeStateLock(current);
    if (Date.now() > deadline) {
      throw new UserError(
        `Another Pulumi run (${holder}) has not let go of stack ${stack} in ${otherRunLimitMinutes} minutes: end it, then run this command again.`,
      );
    }
    await wait(250);
  }
}
