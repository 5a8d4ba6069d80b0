import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { ManagementApi } from "../../foundation/managementApi";
import { shellWord } from "../../foundation/shellQuote";
import { describeError, UserError } from "../../foundation/userError";
import { awsFinders } from "./aws";
import { type ExistingResourceFinder, pendingCreates, planRecovery, recoveryArguments } from "./plan";
import { postgresqlFinders } from "./postgresql";
import { supabaseFinders } from "./supabase";

const usage = "Usage: npm run recover -- --stack <stack>";

/**
 * For a deployment that was cut off, anywhere: asks the services what each unfinished creation has come to, and prints
 * the commands that settle it. It changes nothing itself.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { stack: { type: "string" } } });
  if (values.stack === undefined) throw new UserError(usage);
  const creates = pendingCreates(pulumi("stack", "export", "--stack", values.stack));
  if (creates.length === 0) {
    process.stdout.write(`No creation is pending on stack ${values.stack}.\n`);
    return;
  }
  const database = await connect(values.stack);
  try {
    const plan = await planRecovery(creates, { ...cloudFinders(), ...databaseFinders(database) });
    for (const { urn, id } of plan.imports) process.stdout.write(`exists, is taken over as ${id}: ${urn}\n`);
    for (const urn of plan.repeats) process.stdout.write(`is forgotten and made again: ${urn}\n`);
    const words = ["pulumi", "refresh", "--stack", values.stack, ...recoveryArguments(plan)].map(shellWord);
    process.stdout.write(
      `\nOnce nobody is at work on the stack:\n\n  pulumi cancel --stack ${values.stack}\n`,
    );
    process.stdout.write(`  ${words.join(" ")}\n  pulumi up --stack ${values.stack}\n`);
  } finally {
    await database?.end();
  }
}

function pulumi(...args: string[]): string {
  try {
    return execFileSync("pulumi", args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  } catch (cause) {
    throw new UserError(`\`pulumi ${args.join(" ")}\` failed: see its message above.`, 1, { cause });
  }
}

function cloudFinders(): Record<string, ExistingResourceFinder> {
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
  return { ...supabaseFinders(api), ...awsFinders(s3Endpoint === undefined ? {} : { s3Endpoint }) };
}

const databaseFinders = (database: Client | undefined) =>
  database === undefined ? {} : postgresqlFinders(database);

/** The stack's database; undefined where the run was cut off before there was one. */
async function connect(stack: string): Promise<Client | undefined> {
  const outputs = JSON.parse(pulumi("stack", "output", "--stack", stack, "--json", "--show-secrets")) as {
    databaseUrl?: string;
  };
  if (outputs.databaseUrl === undefined) return undefined;
  const database = new Client({ connectionString: outputs.databaseUrl });
  await database.connect();
  return database;
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
});
