import type { BundleFile, LoadedBundle } from "./files";
import { inspectFiles } from "./inspect";
import { loadParser } from "./parser";

/** The check of a bundle's files, while it goes on: other work of the process may begin with the files that have passed. */
export class Inspection {
  /** Ends when all files are found to be sound; else fails with all faults. */
  readonly whole: Promise<void>;
  readonly #passed = new Set<BundleFile>();
  /** Those that wait for the next file to pass. */
  #waiting: (() => void)[] = [];

  /** Begins to check the files, in the order in which they run. It loads the parser first. */
  constructor(bundle: LoadedBundle) {
    this.whole = this.#run(bundle).finally(() => this.#wake());
    // Callers that need the files wait for it. When it fails, nobody may be waiting yet.
    this.whole.catch(() => {});
  }

  /** Whether a file has passed, and with it those before it. */
  hasPassed(file: BundleFile): boolean {
    return this.#passed.has(file);
  }

  /** Waits until a file has passed. Throws all faults where there is one in it or in a file before it. */
  async pass(file: BundleFile): Promise<void> {
    while (!this.#passed.has(file)) {
      const next = new Promise<void>((resolve) => this.#waiting.push(resolve));
      // A fault ends the wait when all faults are known.
      await Promise.race([next, this.whole]);
    }
  }

  async #run(bundle: LoadedBundle): Promise<void> {
    const [first] = [...bundle.migrations, ...bundle.repeatables];
    await loadParser(first?.serverMajor);
    await inspectFiles(bundle, (file) => {
      this.#passed.add(file);
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
