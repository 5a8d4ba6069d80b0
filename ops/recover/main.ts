import { Command } from "commander";
import { Client } from "pg";
import * as z from "zod";
import { ManagementApi } from "../../foundation/managementApi";
import { shellWord } from "../../foundation/shellQuote";
import { messageOf, UserError } from "../../foundation/userError";
import { namedStack, run, type StackOption } from "../commandLine";
import { pulumiOutput } from "../pulumiCommand";
import { awsFinders } from "./aws";
import { clientUrl } from "./clientUrl";
import { type ExistingResourceFinder, pendingCreates, planRecovery, recoveryArguments } from "./plan";
import { postgresqlFinders } from "./postgresql";
import { supabaseFinders } from "./supabase";

/**
 * Handles an interrupted deployment: checks with the services whether each pending create completed, and prints the
 * commands that resolve it. It changes nothing.
 */
async function recover(stack: string): Promise<void> {
  const creates = pendingCreates(await pulumi("stack", "export", "--stack", stack));
  if (creates.length === 0) {
    process.stdout.write(`No creation is pending on stack ${stack}.\n`);
    return;
  }
  const config = await configOf(stack);
  const database = await connect(stack, config);
  try {
    const plan = await planRecovery(creates, { ...cloudFinders(config), ...databaseFinders(database) });
    for (const { urn, id } of plan.imports)
      process.stdout.write(`exists, will be imported as ${id}: ${urn}\n`);
    for (const urn of plan.repeats)
      process.stdout.write(`will be removed from the state and created again: ${urn}\n`);
    const words = ["pulumi", "refresh", "--stack", stack, ...recoveryArguments(plan)].map(shellWord);
    process.stdout.write(`\nRun these commands when no other deployment of the stack is running:\n\n`);
    process.stdout.write(`  pulumi cancel --stack ${stack}\n`);
    process.stdout.write(`  ${words.join(" ")}\n  pulumi up --stack ${stack}\n`);
  } finally {
    await database?.end();
  }
}

/** Runs the CLI. The state of a stack may have any size. */
const pulumi = async (...args: string[]) => await pulumiOutput(args, { script: "recover" });

function cloudFinders(config: StackConfig): Record<string, ExistingResourceFinder> {
  const { SUPABASE_ACCESS_TOKEN, SUPABASE_API_ENDPOINT } = process.env;
  if (SUPABASE_ACCESS_TOKEN === undefined) {
    throw new UserError("Set SUPABASE_ACCESS_TOKEN to a token that may list the organization's projects.");
  }
  const api = new ManagementApi({
    accessToken: SUPABASE_ACCESS_TOKEN,
    ...(SUPABASE_API_ENDPOINT === undefined ? {} : { endpoint: SUPABASE_API_ENDPOINT }),
    client: "thorbis-recover",
  });
  const { AWS_ENDPOINT_URL_S3: s3Endpoint } = process.env;
  const replicaRegion = config["thorbis-supabase:backup"]?.objectValue?.replica?.region;
  return {
    ...supabaseFinders(api),
    ...awsFinders({ replicaRegion, ...(s3Endpoint !== undefined && { s3Endpoint }) }),
  };
}

const databaseFinders = (database: Client | undefined) =>
  database === undefined ? {} : postgresqlFinders(database);

const stackOutputs = z.object({ databaseUrl: z.string().optional() });

/** Returns the stack's database; undefined if the run was interrupted before it existed. */
async function connect(stack: string, config: StackConfig): Promise<Client | undefined> {
  const outputs = stackOutputs.parse(
    JSON.parse(await pulumi("stack", "output", "--stack", stack, "--json", "--show-secrets")),
  );
  if (outputs.databaseUrl === undefined) return undefined;
  const { sslRootCertificate } = config["thorbis-supabase:database"]?.objectValue ?? {};
  const database = new Client({ connectionString: clientUrl(outputs.databaseUrl, sslRootCertificate) });
  try {
    await database.connect();
    // The limit of the role or the database may be shorter than a query takes.
    await database.query("set statement_timeout = 0");
  } catch (cause) {
    const reason = messageOf(cause);
    throw new UserError(`The database of stack ${stack} cannot be reached: ${reason}.`, 1, { cause });
  }
  return database;
}

interface ConfigEntry {
  readonly objectValue?: {
    readonly sslRootCertificate?: string;
    readonly replica?: { readonly region?: string };
  };
}

type StackConfig = Readonly<Record<string, ConfigEntry>>;

const configOf = async (stack: string): Promise<StackConfig> =>
  JSON.parse(await pulumi("config", "--stack", stack, "--json"));

run(
  new Command("recover")
    .description("Prints the commands that resolve the pending operations of an interrupted deployment.")
    .argument("[stack]", "the stack")
    .option("-s, --stack <name>", "the same")
    .action(async (argument: string | undefined, options: StackOption) => {
      await recover(namedStack(argument, options, "recover"));
    }),
);
