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
import { awsClientOptions, localAccessToken, projectName } from "../environment";
import { projectDatabaseUrl } from "../projectDatabase";
import type { LocalSession } from "../session";
import { followDatabase } from "./databaseAddress";
import { bringProjectBack } from "./missingProject";
import type { PulumiCli } from "./pulumiCli";
import { regionOfStack } from "./regions";
import { describeHolder, findStateLocks, isHeld, removeStateLock, type StateLock } from "./stateLocks";

/** How long to wait for another process's deployment. */
const otherRunLimitMinutes = 10;

export interface RecoveryOptions {
  /** The local environment's folder. */
  readonly directory: string;
  /** Whether the last deployment from here was killed or failed. */
  readonly wasCutOff: boolean;
  readonly stateDirectory: string;
  readonly stack: string;
  /** The project folder. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/**
 * Recovers from a killed run: removes the state lock of a dead process, and checks with the services whether pending creates
 * completed. Waits for a live process to release its lock. Before all that, resumes or recreates a missing project and
 * updates a changed database port.
 */
export async function recover(session: LocalSession, options: RecoveryOptions): Promise<void> {
  const { stateDirectory, stack, say } = options;
  for (const lock of await findStateLocks(stateDirectory, projectName, stack)) {
    if (isHeld(lock)) await waitForRelease(lock, options);
    else {
      say("The Pulumi run that held the state lock no longer exists: removing its lock.");
      await removeStateLock(lock);
    }
  }
  const pulumi = session.pulumiIn(options.folder);
  const { endpoint } = session.services.supabase;
  await bringProjectBack(pulumi, { stateDirectory, stack, endpoint, say });
  const databaseUrl = await projectDatabaseUrl(options, stateDirectory, endpoint);
  const port = databaseUrl === undefined ? undefined : Number(new URL(databaseUrl).port);
  await followDatabase(pulumi, { stateDirectory, stack, port, say });
  if (!options.wasCutOff) return;
  say("The last run was interrupted: checking whether its pending creates completed.");
  const region = regionOfStack(options.folder, stack);
  await withFinders(session, { databaseUrl, region }, async (finders) => {
    await settlePendingCreates(pulumi, stack, finders);
    await takeOverLostCreates(pulumi, options, finders);
  });
}

/** Runs work with the finders of every service; those of the database only if it exists. */
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
    await run({
      ...supabaseFinders(api),
      ...awsFinders({ ...awsClientOptions(services.aws, region), s3Endpoint: services.aws.s3Endpoint }),
      ...(database === undefined ? {} : postgresqlFinders(database)),
    });
  } finally {
    await database?.end();
  }
}

type Finders = Readonly<Record<string, ExistingResourceFinder>>;

/** Resolves the operations that were pending when the CLI was killed. */
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

/** Finds resources that a killed provider created without reporting them. */
async function takeOverLostCreates(
  cli: PulumiCli,
  { directory, stack, say }: RecoveryOptions,
  finders: Finders,
): Promise<void> {
  // If the preview fails, the deployment that follows reports the reason.
  const previewed = await cli.tryCapture(["preview", "--stack", stack, "--json", "--non-interactive"]);
  if (previewed === undefined) return;
  const content = await importFile(plannedCreates(previewed, Object.keys(finders)), finders);
  if (content === undefined) return;
  say("Importing resources that a killed provider had created.");
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
      "Importing the resources of the interrupted run failed: see Pulumi's message above, then run `npm start` again.",
    );
  }
}

async function waitForRelease(
  lock: StateLock,
  { stateDirectory, stack, say }: RecoveryOptions,
): Promise<void> {
  const holder = describeHolder(lock);
  say(`Another Pulumi run (${holder}) is running on this stack: waiting for it.`);
  const deadline = Date.now() + otherRunLimitMinutes * 60_000;
  for (;;) {
    const locks = await findStateLocks(stateDirectory, projectName, stack);
    const current = locks.find((other) => other.file === lock.file);
    if (current === undefined) return;
    if (!isHeld(current)) return removeStateLock(current);
    if (Date.now() > deadline) {
      throw new UserError(
        `Another Pulumi run (${holder}) has held the lock of stack ${stack} for ${otherRunLimitMinutes} minutes: end it, then run this command again.`,
      );
    }
    await wait(250);
  }
}
