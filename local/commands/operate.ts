import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { foreignVariables, type LocalPaths } from "../environment";
import { progressToStandardError } from "../progress";
import { openLocalSession } from "../session";
import { isDeployed } from "../stack/deploy";
import { folderOfCommand, isLocalStack, notDeployed } from "../stack/stackLocation";
import { ensureToolchain } from "../toolchain";

/** The programs of ops/, by the npm script that runs them. */
export type Operation = "env" | "recover" | "rotate";

interface Surroundings {
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * `npm run env`, `npm run recover`, `npm run rotate`: an operator's program, with the Pulumi CLI that `npm run pulumi` uses on its PATH. For a
 * stack of this machine it also gets the addresses of the local services, which are started where they do not run.
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
  const stack = namedStack(args);
  // The program itself says what is missing.
  if (stack === undefined) return { folder: paths.checkout, variables: {} };
  if (!isLocalStack(stack)) {
    return {
      folder: paths.checkout,
      variables: (await ensureToolchain({ progress: progressToStandardError })).environment,
    };
  }
  const folder = folderOfCommand(paths, ["--stack", stack]);
  if (!isDeployed(paths, stack)) throw notDeployed(stack);
  const { variables } = await openLocalSession(paths, operation, progressToStandardError);
  return { folder, variables: { ...foreignVariables, ...variables } };
}

/** The stack that a command line of these programs names; undefined for none, and where it asks for help. */
function namedStack(args: readonly string[]): string | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      stack: { type: "string", short: "s" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
    strict: false,
  });
  if (values.help === true) return undefined;
  return typeof values.stack === "string" ? values.stack : positionals[0];
}
