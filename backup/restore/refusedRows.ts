/** Rows of a table that the target refused for the same reason. */
export interface RefusedRows {
  /** A sentence without its full stop that names the column, if the server names it. */
  readonly reason: string;
  readonly rows: number;
}

/** The number of reasons per table that are listed. The rest is only counted. */
const listedReasons = 20;
/** The length of a listed reason, which may contain a value of any size. */
const reasonLength = 300;

/** Counts refused rows by reason, in bounded memory. */
export class RefusedCounts {
  readonly #byReason = new Map<string, number>();
  #others = 0;

  add(reason: string): void {
    const listed = reason.length > reasonLength ? `${reason.slice(0, reasonLength)}…` : reason;
    const rows = this.#byReason.get(listed);
    if (rows === undefined && this.#byReason.size === listedReasons) this.#others += 1;
    else this.#byReason.set(listed, (rows ?? 0) + 1);
  }

  get all(): RefusedRows[] {
    return [
      ...[...this.#byReason].map(([reason, rows]) => ({ reason, rows })),
      ...(this.#others === 0 ? [] : [{ reason: "other reasons", rows: this.#others }]),
    ];
  }
}
