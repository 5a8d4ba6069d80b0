import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import type { Exit } from "./children";
import { type RuntimeOptions, readRuntimeOptions } from "./runtimeOptions";
import { resolveSdkModule } from "./sdkModule";

/** Exit code of the SDK's runner if it has already shown the error to the user. */
const alreadyReported = 32;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Returns the command for a stack's program: node with the SDK's runner. */
export function programCommand(
  request: RunRequest,
  engine: { readonly address: string; readonly tracing: string },
  environment: NodeJS.ProcessEnv,
): Command {
  const info = request.getInfo();
  const options = readRuntimeOptions(info);
  const runner = resolveSdkModule(info?.getProgramDirectory() || request.getPwd(), "cmd/run");
  return {
    command: process.execPath,
    args: [...options.nodeArguments, runner, ...runnerArguments(request, engine)],
    cwd: request.getPwd(),
    environment: {
      ...environment,
      ...typeScriptEnvironment(options),
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

function runnerArguments(
  request: RunRequest,
  engine: { readonly address: string; readonly tracing: string },
): string[] {
  const flags: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine: engine.address,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
    tracing: engine.tracing,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== "");
  return [
    ...given.flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    // With ".", the runner reads the entry point from "main" in package.json.
    request.getInfo()?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

/** Returns variables for the program. Undefined removes a variable that the user's shell may have set. */
export function typeScriptEnvironment(options: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_TYPESCRIPT: options.typescript ? "true" : undefined,
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

export interface ProgramResult {
  readonly error: string;
  /** True if the user has already seen the reason, so the engine adds nothing. */
  readonly bail: boolean;
}

export function programResult(exit: Exit): ProgramResult {
  if ("signal" in exit) return { error: `Program ended by signal ${exit.signal}`, bail: false };
  if (exit.code === alreadyReported) return { error: "", bail: true };
  if (exit.code !== 0) return { error: `Program exited with non-zero exit code: ${exit.code}`, bail: false };
  return { error: "", bail: false };
}
