import path from "node:path";
import { DescribeTaskDefinitionCommand, ECSClient, paginateListTaskDefinitions } from "@aws-sdk/client-ecs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { execa } from "execa";
import { hostedRightsFolder } from "../../emulators/postgres";
import { backupCommands } from "../../foundation/backupContract";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { withCommandLock } from "../commandLock";
import { ensureCompressor } from "../compressor";
import {
  awsClientOptions,
  endpointVariables,
  foreignVariables,
  type LocalEndpoints,
  type LocalPaths,
} from "../environment";
import { progressToStandardError } from "../progress";
import { projectDatabase } from "../projectDatabase";
import { startServices } from "../services/start";
import { isDeployed } from "../stack/deploy";
import { localStack } from "../stack/stackLocation";
import { asksForHelp } from "./help";

const stack = "local";

/**
 * Runs `npm run backup -- <command>`: the backup program as the scheduled task runs it, on this machine, with the variables
 * and secrets of the deployed task definition. A restore writes to the stack's own database, unless RESTORE_DATABASE_URL
 * names another.
 */
export async function backup(paths: LocalPaths, args: readonly string[]): Promise<number> {
  // The program itself reports an unknown command.
  if (asksForHelp(args) || !isCommand(args[0])) return await runBackup(paths, args, {});
  // Without a deployment there is no task, so the services need not be started.
  if (!isDeployed(paths, stack)) throw noTask();
  await ensureCompressor(progressToStandardError);
  const services = await withCommandLock(paths.directory, "backup", () =>
    startServices(paths, progressToStandardError),
  );
  const database = await projectDatabase(localStack(paths), paths.state, services.supabase.endpoint);
  return await runBackup(paths, args, {
    ...foreignVariables,
    ...endpointVariables(services),
    ...(await taskEnvironment(services.aws)),
    // The client programs have the server's version, as in the image of the task.
    [postgresqlBinVariable]: services.postgresql.binDirectory,
    BACKUP_HOSTED_RIGHTS: await hostedRightsFolder(services.postgresql, progressToStandardError),
    ...(database === undefined ? {} : targetVariables(database)),
  });
}

function isCommand(word: string | undefined): boolean {
  return backupCommands.some((command) => command === word);
}

/** Returns the database of a restore or a checkpoint: RESTORE_DATABASE_URL if set, else the stack's own. */
export function targetVariables(
  database: { readonly url: string; readonly projectRef: string },
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    RESTORE_DATABASE_URL: environment.RESTORE_DATABASE_URL || database.url,
    SUPABASE_PROJECT_REF: database.projectRef,
  };
}

async function runBackup(
  { checkout }: LocalPaths,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const program = path.join(checkout, "dist", "backup.cjs");
  const result = await execa(process.execPath, [program, ...args], { env, stdio: "inherit", reject: false });
  return result.exitCode ?? 1;
}

function noTask(): UserError {
  return new UserError(
    "There is no backup task yet: run `npm start`, which deploys it, then this command again.",
  );
}

/** Returns the environment that ECS would set in the container: plain variables, and secrets resolved by reference. */
async function taskEnvironment(aws: LocalEndpoints["aws"]): Promise<Record<string, string>> {
  const access = awsClientOptions(aws);
  const container = await newestContainer(new ECSClient(access));
  const secrets = new SecretsManagerClient(access);
  const variables: Record<string, string> = {};
  for (const { name, value } of container.environment ?? []) {
    if (name !== undefined && value !== undefined) variables[name] = value;
  }
  for (const { name, valueFrom } of container.secrets ?? []) {
    // ECS reads the current version, which is AWS's default. Moto's default is the latest version.
    const current = { SecretId: valueFrom, VersionStage: "AWSCURRENT" };
    const { SecretString } = await secrets.send(new GetSecretValueCommand(current));
    if (name !== undefined && SecretString !== undefined) variables[name] = SecretString;
  }
  return variables;
}

async function newestContainer(ecs: ECSClient) {
  const family = "thorbis-local-backup";
  const arns: string[] = [];
  const filter = { familyPrefix: family, status: "ACTIVE", sort: "DESC" } as const;
  for await (const page of paginateListTaskDefinitions({ client: ecs }, filter)) {
    arns.push(...(page.taskDefinitionArns ?? []));
  }
  const [newest] = arns;
  if (newest === undefined) throw noTask();
  const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: newest }));
  return described.taskDefinition?.containerDefinitions?.[0] ?? {};
}
