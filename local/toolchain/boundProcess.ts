import { spawn } from "node:child_process";

export interface BoundProcessOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives each line that the process writes to standard error. */
  readonly onErrorLine: (line: string) => void;
}

/**
 * Runs the command in this shell's process group, beside a guard that reads the other end of our pipe. The pipe closes when
 * our process ends for any reason, and then the guard kills the group.
 */
const script = `
"$@" </dev/null 3<&- &
command=$!
{ while read -r line; do :; done; kill -9 -$$; } <&3 >/dev/null 2>&1 3<&- &
guard=$!
exec 3<&-
wait "$command"
status=$?
kill "$guard"
exit "$status"
`;

/**
 * Runs a command and returns its exit code. If this process ends first, even by SIGKILL, the command and its children are
 * killed: the compilers of a `go build` would run on for minutes.
 */
export async function runBound(
  command: string,
  args: readonly string[],
  { cwd, environment, onErrorLine }: BoundProcessOptions,
): Promise<number> {
  const child = spawn("/bin/sh", ["-c", script, "sh", command, ...args], {
    cwd,
    env: environment,
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onErrorLine(line);
  });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => child.stdio[3]?.destroy());
    child.once("close", (code, signal) => {
      if (rest !== "") onErrorLine(rest);
      if (code === null) reject(new Error(`${command} was killed by ${signal}`));
      else resolve(code);
    });
  });
}
