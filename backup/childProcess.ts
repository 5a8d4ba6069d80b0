import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

const graceMilliseconds = 5_000;
const rememberedBytes = 16 * 1024;

/** How a program failed. */
export type Ending =
  | { readonly exitCode: number }
  | { readonly signal: NodeJS.Signals }
  | { readonly notStarted: string };

/** A failed program: its name, how it ended, and its output. */
export class ProcessFailure extends Error {
  override readonly name = "ProcessFailure";

  constructor(
    readonly program: string,
    readonly ending: Ending,
    /** The end of its standard error, without secrets. */
    readonly errorText: string,
  ) {
    super(`${program} ${endingText(ending)}${errorText === "" ? "" : `: ${errorText}`}`);
  }
}

function endingText(ending: Ending): string {
  if ("exitCode" in ending) return `exited with code ${ending.exitCode}`;
  if ("signal" in ending) return `was ended by signal ${ending.signal}`;
  return `could not start: ${ending.notStarted}`;
}

export interface ProcessOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** Ends the process: SIGTERM, and SIGKILL if it still runs after 5 s. */
  readonly signal?: AbortSignal | undefined;
  /** Runs as another user, which only root can do. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Never shown. */
  readonly secrets?: readonly string[];
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves at exit code 0, and rejects with ProcessFailure otherwise. Never unhandled. */
  readonly ended: Promise<void>;
}

/** Starts a program. If its standard error is a pipe, its end is kept for the message of a failure. */
export function startProgram(file: string, args: readonly string[], options: ProcessOptions): RunningProgram {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const child = spawn(file, args, { env: options.environment, stdio: options.stdio, ...options.user });
  let errorText = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errorText = (errorText + text).slice(-rememberedBytes);
  });
  const stop = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), graceMilliseconds).unref();
  };
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (ending: Ending): void =>
      reject(new ProcessFailure(name, ending, maskSecrets(errorText.trim(), options.secrets ?? [])));
    child.once("error", (error: NodeJS.ErrnoException) => {
      fail({ notStarted: error.code === "ENOENT" ? "command not found" : error.message });
    });
    child.once("close", (code, signal) => {
      options.signal?.removeEventListener("abort", stop);
      if (code === 0) resolve();
      else fail(signal === null ? { exitCode: Number(code) } : { signal });
    });
  });
  ended.catch(() => undefined);
  if (options.signal?.aborted) stop();
  else options.signal?.addEventListener("abort", stop, { once: true });
  return { child, ended };
}

/** Returns the text without these secrets, in plain form and URL-encoded. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((masked, secret) => masked.replaceAll(secret, "********"), text);
}
