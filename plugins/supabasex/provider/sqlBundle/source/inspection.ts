import type { BundleFile, LoadedBundle } from "./files";
import { inspectFiles } from "./inspect";
import { loadParser } from "./parser";

/** The running check of a bundle's files. Other work of the process may start with the files that have passed. */
export class Inspection {
  /** Resolves when all files have passed; otherwise rejects with all errors. */
  readonly whole: Promise<void>;
  readonly #passed = new Set<BundleFile>();
  /** Callers that wait for the next file to pass. */
  #waiting: (() => void)[] = [];

  /** Starts to check the files in execution order. It loads the parser first. */
  constructor(bundle: LoadedBundle) {
    this.whole = this.#run(bundle).finally(() => this.#wake());
    // Callers that need the files await it. If it fails, possibly no caller waits yet.
    this.whole.catch(() => {});
  }

  /** Returns whether a file and those before it have passed. */
  hasPassed(file: BundleFile): boolean {
    return this.#passed.has(file);
  }

  /** Waits until a file has passed. Throws all errors if it or a file before it has one. */
  async pass(file: BundleFile): Promise<void> {
    while (!this.#passed.has(file)) {
      const next = new Promise<void>((resolve) => this.#waiting.push(resolve));
      // An error ends the wait when all errors are known.
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
