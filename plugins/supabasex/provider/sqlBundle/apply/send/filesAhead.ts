import type { BundleFile } from "../../source/files";

/** The maximum number of files sent to the server at once. */
export const maxAhead = 16;

/**
 * Runs files in order, but sends several before the first result arrives, so the server does not wait between files. When a file
 * fails in a transaction, the server refuses the following ones without running them.
 */
export class FilesAhead {
  readonly #send: (file: BundleFile) => Promise<void>;
  readonly #sent = new Map<BundleFile, Promise<void>>();
  /** Grows while files succeed, so little is sent unnecessarily while files fail because of their order. */
  #width = 1;

  /** @param send sends a file immediately, after what was sent before, and resolves when it has run */
  constructor(send: (file: BundleFile) => Promise<void>) {
    this.#send = send;
  }

  /**
   * Runs a file. Those that follow may be sent with it: nothing else may be sent until they have run or one has failed.
   */
  async run(file: BundleFile, following: readonly BundleFile[] = []): Promise<void> {
    for (const next of [file, ...following.slice(0, this.#width - 1)]) {
      if (this.#sent.has(next)) continue;
      const running = this.#send(next);
      // A file after a failed one is never awaited, so its rejection is handled here.
      running.catch(() => {});
      this.#sent.set(next, running);
    }
    try {
      await this.#sent.get(file);
      this.#sent.delete(file);
      this.#width = Math.min(this.#width * 2, maxAhead);
    } catch (error) {
      this.#sent.clear();
      this.#width = 1;
      throw error;
    }
  }
}
