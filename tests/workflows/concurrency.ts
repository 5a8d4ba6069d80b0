/** The `concurrency` of a workflow or a job, with its expressions evaluated. */
export interface Concurrency {
  readonly group: string;
  readonly cancelsRunning: boolean;
}

/** The turn of a workflow or a job in its group. */
export interface Turn {
  /** Aborted if a later run cancels this one. */
  readonly signal: AbortSignal;
  end(): void;
}

interface Group {
  running: { readonly cancel: AbortController } | undefined;
  waiting: ((isCancelled: boolean) => void) | undefined;
}

/**
 * Concurrency groups like GitHub's: one run is active and one waits; a third replaces the waiting one. Source: GitHub's
 * documentation of `concurrency`.
 */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /** Resolves when it is this run's turn; undefined if a later run replaced it before that. */
  async enter({ group: name, cancelsRunning }: Concurrency): Promise<Turn | undefined> {
    const group = this.#groups.get(name) ?? { running: undefined, waiting: undefined };
    this.#groups.set(name, group);
    if (group.running !== undefined) {
      group.waiting?.(true);
      if (cancelsRunning) group.running.cancel.abort();
      const isCancelled = await new Promise<boolean>((resolve) => {
        group.waiting = resolve;
      });
      if (isCancelled) return undefined;
    }
    const running = { cancel: new AbortController() };
    group.running = running;
    return {
      signal: running.cancel.signal,
      end: () => {
        const next = group.waiting;
        group.waiting = undefined;
        // The next one starts a moment later, and no other may start in between.
        if (next === undefined) group.running = undefined;
        else next(false);
      },
    };
  }
}
