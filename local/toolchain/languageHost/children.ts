import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How a child process ended: with an exit code, or by a signal. */
export type Exit = { readonly code: number } | { readonly signal: NodeJS.Signals };

export interface Child {
  readonly process: ChildProcess;
  /** Resolves when the process has ended and its output is read; rejects if it could not be started. */
  readonly exit: Promise<Exit>;
}

/** The running child processes of the host, so that none outlives it. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  spawn(command: string, args: readonly string[], options: SpawnOptions): Child {
    const child = spawn(command, args, options);
    this.#running.add(child);
    const exit = new Promise<Exit>((resolve, reject) => {
      child.once("error", (error) => {
        this.#running.delete(child);
        reject(error);
      });
      child.once("exit", () => this.#running.delete(child));
      child.once("close", (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
    });
    return { process: child, exit };
  }

  /** Kills them. If the engine gave us our own process group, kills their children as well. */
  killAll(): void {
    for (const child of this.#running) child.kill("SIGKILL");
    if (this.#running.size > 0) killOwnGroup();
  }
}

/** Kills our process group, including this process. The engine makes every plugin the leader of its own group. */
function killOwnGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Not started by the engine, so this process leads no group. The direct children are already killed.
  }
}
