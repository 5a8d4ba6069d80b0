import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { optionsWithValue } from "../../ops/commandLine";
import { foreignVariables, type LocalPaths } from "../environment";
import { ensureOfficialClients } from "../officialClients/installation";
import { progressToStandardError } from "../progress";
import type { LocalServices } from "../services/start";
import { openLocalSession } from "../session";
import { isDeployed } from "../stack/deploy";
import {
  environmentOf,
  folderOfCommand,
  isLocalStack,
  notDeployed,
  requireStack,
  stacksIn,
} from "../stack/stackLocation";
import { stackOperations } from "../stackOperations";
import { ensureToolchain } from "../toolchain";

/** Programs of ops/ that need the official clients through the Management API. Without a stack name they use `local`. */
const askOfficialClients: ReadonlySet<Operation> = new Set(["types", "advisors"]);
/** Programs of ops/ that work on a pull request. */
const otherOperations = ["comment", "pull-request", "propose-image"] as const;

export const operations = [...stackOperations, ...otherOperations] as const;
export type Operation = (typeof operations)[number];

function isOfStack(operation: Operation): operation is (typeof stackOperations)[number] {
  return stackOperations.some((each) => each === operation);
}

interface Surroundings {
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * Runs a program of ops/, such as `npm run preview`, with the Pulumi CLI of `npm run pulumi` on its PATH. For a local stack it
 * starts the services that are not running and passes their addresses.
 */
export async function operate(
  paths: LocalPaths,
  operation: Operation,
  args: readonly string[],
): Promise<number> {
  const { folder, variables } = await surroundings(paths, operation, args);
  const program = path.join(paths.checkout, "dist", "ops", `${operation}.cjs`);
  const result = await execa(process.execPath, [program, ...args], {
    cwd: folder,
    env: variables,
    stdio: "inherit",
    reject: false,
  });
  return result.exitCode ?? 1;
}

async function surroundings(
  paths: LocalPaths,
  operation: Operation,
  args: readonly string[],
): Promise<Surroundings> {
  if (!isOfStack(operation)) return { folder: paths.checkout, variables: {} };
  const stack =
    namedStack(args) ?? (askOfficialClients.has(operation) && !isHelp(args) ? "local" : undefined);
  // The program itself reports the missing argument.
  if (stack === undefined) return { folder: paths.checkout, variables: {} };
  if (!isLocalStack(stack)) {
    requireStack(paths.checkout, stack);
    return {
      folder: paths.checkout,
      variables: (await ensureToolchain({ progress: progressToStandardError })).environment,
    };
  }
  const folder = folderOfCommand(paths, ["--stack", stack]);
  if (!isDeployed(paths, stack)) throw notDeployed(stack);
  const { services, variables } = await openLocalSession(paths, operation, progressToStandardError);
  await renewConfiguration(paths, stack, services);
  // Installs here, where progress can be shown. The API's background process could only report a missing installation.
  if (askOfficialClients.has(operation) || args.includes("--deploy-copy"))
    await ensureOfficialClients(progressToStandardError).catch(() => undefined);
  return { folder, variables: { ...foreignVariables, ...variables } };
}

/** Rewrites the local copy of an environment, because its stack file may have changed since `npm start`. */
async function renewConfiguration(paths: LocalPaths, stack: string, services: LocalServices): Promise<void> {
  const environment = environmentOf(stack);
  if (environment === undefined || !stacksIn(paths.checkout).includes(environment)) return;
  // Loaded on demand, because it loads an AWS client.
  const { writeLikeStack } = await import("../stack/likeStack");
  await writeLikeStack(paths, environment, services);
}

const isHelp = (args: readonly string[]) => args.includes("--help") || args.includes("-h");

/** Returns the stack that the command line names; undefined if it names none or asks for help. */
function namedStack(args: readonly string[]): string | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...optionsWithValue, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
    strict: false,
  });
  if (values.help === true) return undefined;
  return typeof values.stack === "string" ? values.stack : positionals[0];
}
