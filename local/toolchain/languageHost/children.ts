import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How a child process ended: by itself with a code, or by a signal. */
export type Exit = { readonly code: number } | { readonly signal: NodeJS.Signals };

export interface Child {
  readonly process: ChildProcess;
  /** Settles when the process has ended and its output is read; rejects when it could not be started. */
  readonly exit: Promise<Exit>;
}

/** The processes that the host has started and that still run, so that none outlives it. */
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

  /** Ends them at once, and what they have started with them where the engine gave us a process group of our own. */
  killAll(): void {
    for (const child of this.#running) child.kill("SIGKILL");
    if (this.#running.size > 0) killOwnGroup();
  }
}

/** The last thing this process does: the engine makes every plugin the leader of its own process group. */
function killOwnGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Started by something else than the engine: we lead no group, and the children themselves have been killed.
  }
}
