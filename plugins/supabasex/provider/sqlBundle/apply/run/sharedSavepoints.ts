import type { BundleFile } from "../../source/files";

/**
 * The maximum number of savepoints that a transaction creates for its migrations. The server keeps this number of
 * subtransactions per session in memory; beyond it, all other sessions look them up on disk. The cost of a release also
 * grows with what the transaction has created so far: 1,250 savepoints made a first deployment a fifth slower.
 */
const maxSavepoints = 64;

/** Which of a transaction's files share a savepoint. */
export class SharedSavepoints {
  /** File → its position in the transaction. */
  readonly #places: ReadonlyMap<BundleFile, number>;
  /** Positions of the files before which a savepoint is created. */
  readonly #starts = new Set<number>();

  /** @param files in execution order */
  constructor(files: readonly BundleFile[]) {
    this.#places = new Map(files.map((file, at) => [file, at]));
    const filesEach = Math.ceil(files.length / maxSavepoints);
    for (let at = 0; at < files.length; at += filesEach) this.#starts.add(at);
  }

  /** Returns whether a savepoint is created directly before this file. */
  isFirst(file: BundleFile): boolean {
    return this.#starts.has(this.#placeOf(file));
  }

  /** Returns whether the savepoint is released directly after this file. */
  isLast(file: BundleFile): boolean {
    const next = this.#placeOf(file) + 1;
    return next === this.#places.size || this.#starts.has(next);
  }

  /**
   * Gives a file, and those that share its savepoint and run before it, separate ones. Returns the position of the
   * first of them.
   */
  split(file: BundleFile): number {
    const place = this.#placeOf(file);
    let first = place;
    while (!this.#starts.has(first)) first -= 1;
    for (let at = first; at <= place + 1; at += 1) this.#starts.add(at);
    return first;
  }

  #placeOf(file: BundleFile): number {
    const place = this.#places.get(file);
    if (place === undefined) throw new Error(`${file.display} is not part of this transaction.`);
    return place;
  }
}
