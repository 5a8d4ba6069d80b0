import type { BundleFile, LoadedBundle, Migration } from "./files";
import { type Issue, inspectFiles, refuse } from "./inspect";
import { loadParser } from "./parser";

/** What is known without the database about the migrations that will not run. */
export interface Remembered {
  /** Path → the file, of the last deployment. */
  readonly files: ReadonlyMap<string, unknown>;
  readonly baseline?: string | undefined;
}

/** The running check of a bundle's files. Other work of the process may start with the files that have passed. */
export class Inspection {
  /**
   * Resolves when the errors that count in all files are known to be none; otherwise rejects with them, and with those that count
   * only in migrations that will run, as far as it is known which these are.
   */
  readonly whole: Promise<void>;
  readonly #refused = new AbortController();
  readonly #passed = new Set<BundleFile>();
  /** Errors that count only in migrations that will run. */
  #issues: readonly Issue[] = [];
  #checked: Promise<void>;
  #isAllowed = false;
  /** Callers that wait for the next file to pass. */
  #waiting: (() => void)[] = [];

  /** Starts to check the files in execution order. It loads the parser first. */
  constructor(bundle: LoadedBundle, remembered: Remembered) {
    this.whole = this.#run(bundle, remembered).finally(() => this.#wake());
    this.#checked = this.whole;
    // Callers that need the files await it. If it fails, possibly no caller waits yet.
    this.whole.catch((error) => this.#refused.abort(error));
  }

  /** Returns a signal that is aborted with all errors. */
  get refused(): AbortSignal {
    return this.#refused.signal;
  }

  /** Resolves when all files may run; otherwise rejects with all errors. Before `allow`, it is `whole`. */
  get checked(): Promise<void> {
    return this.#checked;
  }

  /** Says which migrations will run. Resolves when all files may run; otherwise rejects with all errors. */
  allow(pending: readonly Migration[]): Promise<void> {
    const files = new Set<BundleFile>(pending);
    this.#checked = this.whole.then(() => {
      refuse(this.#issues.filter(({ file }) => files.has(file)));
      this.#isAllowed = true;
    });
    this.#checked.catch((error) => this.#refused.abort(error)).finally(() => this.#wake());
    return this.#checked;
  }

  /** Returns whether a file and those before it have passed. */
  hasPassed(file: BundleFile): boolean {
    return this.#isAllowed || this.#passed.has(file);
  }

  /** Waits until a file has passed the check. Throws all errors if this file or one before it has an error. */
  async pass(file: BundleFile): Promise<void> {
    let isChecked = false;
    while (!isChecked && !this.hasPassed(file)) {
      const next = new Promise<boolean>((resolve) => this.#waiting.push(() => resolve(false)));
      // An error ends the wait when all errors are known.
      isChecked = await Promise.race([next, this.#checked.then(() => true)]);
    }
  }

  async #run(bundle: LoadedBundle, { files, baseline = "" }: Remembered): Promise<void> {
    const [first] = [...bundle.migrations, ...bundle.repeatables];
    await loadParser(first?.serverMajor);
    this.#issues = await inspectFiles(bundle, {
      passed: (file) => {
        this.#passed.add(file);
        this.#wake();
      },
      isApplied: ({ path, version }) => files.has(path) || version <= baseline,
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
