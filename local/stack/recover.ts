import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { ManagementApi } from "../../foundation/managementApi";
import { UserError } from "../../foundation/userError";
import { importFile, plannedCreates } from "../../ops/recover/lostCreates";
import {
  type ExistingResourceFinder,
  pendingCreates,
  planRecovery,
  recoveryArguments,
} from "../../ops/recover/plan";
import { postgresqlFinders } from "../../ops/recover/postgresql";
import { supabaseFinders } from "../../ops/recover/supabase";
import { localAccessToken, projectName } from "../environment";
import { projectDatabaseUrl } from "../projectDatabase";
import type { LocalSession } from "../session";
import { followDatabase } from "./databaseAddress";
import { bringProjectBack } from "./missingProject";
import type { PulumiCli } from "./pulumiCli";
import { regionOfStack } from "./regions";
import { describeHolder, findStateLocks, isHeld, removeStateLock, type StateLock } from "./stateLocks";

/** How long a deployment that somebody else started may still run before we give up on waiting for it. */
const otherRunLimitMinutes = 10;

export interface RecoveryOptions {
  /** Of the local environment. */
  readonly directory: string;
  /** Whether the last deployment from here did not end by itself, or failed. */
  readonly wasCutOff: boolean;
  readonly stateDirectory: string;
  readonly stack: string;
  /** The project folder. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/**
 * Clears up after a run that was killed: takes the state lock off a dead process, and settles with the real services
 * what each unfinished creation has come to. A live process keeps its lock; we wait for it. A project that is paused or gone is
 * brought back, and a database that had to take another port is made known to the stack, before anything else.
 */
export async function recover(session: LocalSession, options: RecoveryOptions): Promise<void> {
  const { stateDirectory, stack, say } = options;
  for (const lock of await findStateLocks(stateDirectory, projectName, stack)) {
    if (isHeld(lock)) await waitForRelease(lock, options);
    else {
      say("The Pulumi run that held the state lock is gone: removing its lock.");
      await removeStateLock(lock);
    }
  }
  const pulumi = session.pulumiIn(options.folder);
  const { endpoint } = session.services.supabase;
  await bringProjectBack(pulumi, { stateDirectory, stack, endpoint, say });
  const databaseUrl = await projectDatabaseUrl(options, stateDirectory, endpoint);
  await followDatabase(pulumi, { stateDirectory, stack, databaseUrl, say });
  if (!options.wasCutOff) return;
  say("The last run was cut off: asking the services what it had made.");
  const region = regionOfStack(options.folder, stack);
  await withFinders(session, { databaseUrl, region }, async (finders) => {
    await settlePendingCreates(pulumi, stack, finders);
    await takeOverLostCreates(pulumi, options, finders);
  });
}

/** Finders for every service; those of the database only once there is one. */
async function withFinders(
  { services }: LocalSession,
  { databaseUrl, region }: { readonly databaseUrl: string | undefined; readonly region: string },
  run: (finders: Finders) => Promise<void>,
): Promise<void> {
  const api = new ManagementApi({
    endpoint: services.supabase.endpoint,
    accessToken: localAccessToken,
    client: "thorbis-local",
  });
  const database = databaseUrl === undefined ? undefined : new Client({ connectionString: databaseUrl });
  await database?.connect();
  try {
    const { awsFinders } = await import("../../ops/recover/aws");
    const { accessKey, secretKey, endpoint, s3Endpoint } = services.aws;
    await run({
      ...supabaseFinders(api),
      ...awsFinders({
        region,
        endpoint,
        s3Endpoint,
        credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      }),
      ...(database === undefined ? {} : postgresqlFinders(database)),
    });
  } finally {
    await database?.end();
  }
}

type Finders = Readonly<Record<string, ExistingResourceFinder>>;

/** What was under way when the CLI was killed. */
async function settlePendingCreates(cli: PulumiCli, stack: string, finders: Finders): Promise<void> {
  const creates = pendingCreates(await cli.capture(["stack", "export", "--stack", stack]));
  if (creates.length === 0) return;
  const plan = await planRecovery(creates, finders);
  await mustSucceed(
    cli.runInTerminal([
      ...["refresh", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"],
      ...recoveryArguments(plan),
    ]),
  );
}

/** What a killed provider had made without being able to say so. */
async function takeOverLostCreates(
  cli: PulumiCli,
  { directory, stack, say }: RecoveryOptions,
  finders: Finders,
): Promise<void> {
  // Where not even a preview succeeds, the deployment that follows says why.
  const previewed = await cli.tryCapture(["preview", "--stack", stack, "--json", "--non-interactive"]);
  if (previewed === undefined) return;
  const content = await importFile(plannedCreates(previewed, Object.keys(finders)), finders);
  if (content === undefined) return;
  say("Taking over what a killed provider had made.");
  const file = path.join(directory, "import.json");
  await writeFile(file, JSON.stringify(content));
  await mustSucceed(
    cli.runInTerminal([
      ...["import", "--stack", stack, "--file", file, "--yes", "--skip-preview", "--non-interactive"],
      ...["--generate-code=false", "--protect=false"],
    ]),
  );
  await rm(file);
}

async function mustSucceed(running: Promise<number>): Promise<void> {
  if ((await running) !== 0) {
    throw new UserError(
      "Taking over what the cut-off run had created failed: see Pulumi's message above, then run `npm start` again.",
    );
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
