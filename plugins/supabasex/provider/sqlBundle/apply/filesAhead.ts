import type { BundleFile } from "../source/files";

/** How many files at most are with the server at once. */
export const mostAhead = 16;

/**
 * Runs files one behind the other, but sends a few before the one in front is answered: the server then need not wait
 * for us between two. When a file fails in a transaction, the server refuses those behind it unseen.
 */
export class FilesAhead {
  readonly #send: (file: BundleFile) => Promise<void>;
  readonly #sent = new Map<BundleFile, Promise<void>>();
  /** Grows while all goes well, so that little is sent in vain where files wait for each other. */
  #width = 1;

  /** @param send sends a file at once, behind what was sent before, and answers when it has run */
  constructor(send: (file: BundleFile) => Promise<void>) {
    this.#send = send;
  }

  /** Runs a file. Those that follow may be sent with it: nothing else may be sent until they have run or one has failed. */
  async run(file: BundleFile, following: readonly BundleFile[] = []): Promise<void> {
    for (const next of [file, ...following.slice(0, this.#width - 1)]) {
      if (this.#sent.has(next)) continue;
      const running = this.#send(next);
      // Whose turn does not come, because one before it failed, is not asked.
      running.catch(() => {});
      this.#sent.set(next, running);
    }
    try {
      await this.#sent.get(file);
      this.#sent.delete(file);
      this.#width = Math.min(this.#width * 2, mostAhead);
    } catch (error) {
      this.#sent.clear();
      this.#width = 1;
      throw error;
    }
  }
}
