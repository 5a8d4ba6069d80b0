import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { ensureOfficialClients } from "../../local/officialClients/installation";

/** An edge function that runs in Deno as deployed, with the permissions of the hosted runtime. */
export interface ServedFunction {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  /** Returns its output so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Returns the path of Deno, and the settings with which it downloads nothing and writes nothing into the user's home. */
export async function denoProgram(cache: string): Promise<{ file: string; env: NodeJS.ProcessEnv }> {
  const { deno } = await ensureOfficialClients((line) => console.log(`Deno for the tests: ${line}`));
  return {
    file: deno,
    env: { PATH: process.env.PATH, HOME: cache, DENO_DIR: cache, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  };
}

/**
 * Starts Deno with one file and returns once the function listens, on a port that the system chooses.
 * @throws Error with the function's output, if it ends before it listens.
 */
export async function serveInDeno(
  file: string,
  cache: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServedFunction> {
  const deno = await denoProgram(cache);
  const child = spawn(
    deno.file,
    ["run", "--no-prompt", "--cached-only", "--no-config", "--allow-env", "--allow-net", file],
    {
      env: { ...deno.env, DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        const listening = /Listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
        if (listening !== undefined) resolve(listening);
      });
    }
    child.once("error", reject);
    child.once("close", () => reject(new Error(`the function ended before it listened:\n${output}`)));
  });
  return { url, output: () => output, stop: async () => await end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}
