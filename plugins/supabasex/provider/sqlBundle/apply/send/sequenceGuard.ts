import { escapeInNames } from "../../../../../../foundation/controlCharacters";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import { messageOf } from "../../../../../../foundation/userError";
import type { Session } from "../../session/session";
import { isDatabaseError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions } from "../../source/mentions";
import { type SequenceEffect, sequenceEffect } from "../../source/setsSequences";
import type { ApplyRequest } from "../request";
import {
  aheadOf,
  furthest,
  type SequencePositions,
  sequencePositions,
  setForward,
} from "./sequencePositions";

/** Sequences whose position differs from before the rolled-back files, for any reason. */
export interface MovedSequences {
  readonly advanced: readonly string[];
  /** Sequences that a file set back, and that have been restored. */
  readonly restored: readonly string[];
}

/**
 * Restores sequences that files set back and a rollback leaves there: they would return numbers that are in use. Their
 * positions are read in the transaction before its first file, and again before each file that may set one, so that
 * numbers which others took meanwhile count. One that has advanced is not changed: another session may have taken numbers, and
 * a gap is harmless.
 */
export class SequenceGuard {
  readonly #session: Session;
  readonly #request: Pick<ApplyRequest, "commit" | "report">;
  readonly #readings: SequencePositions[] = [];
  /** Files that may have set sequences back. */
  readonly #suspects = new Set<BundleFile>();
  readonly #restored = new Set<string>();
  /** Why the positions could not be read. */
  #unread: Error | undefined;
  /** The strongest effect of the files since the last reading of all sequences. */
  #effectSince: SequenceEffect = "stated";

  constructor(session: Session, request: Pick<ApplyRequest, "commit" | "report">) {
    this.#session = session;
    this.#request = request;
  }

  /** Returns whether {@link before} reads before this file, so that it cannot be sent together with the one before it. */
  reads(file: BundleFile): boolean {
    if (!this.#hasTried) return true;
    // A sequence that another session locks would cost each file the whole lock timeout.
    return this.#unread === undefined && sequenceEffect(file) !== "none";
  }

  /** Reads the positions in the open transaction before its first file, if that has not been done. */
  async beforeAny(): Promise<void> {
    if (!this.#hasTried) await this.#read();
  }

  /**
   * Reads the positions in the open transaction if the file needs it. Throws the server's error in a dry run, which
   * changes nothing; an up does without them if they cannot be read.
   */
  async before(file: BundleFile): Promise<void> {
    const isRead = this.reads(file);
    const effect = sequenceEffect(file);
    if (effect !== "none") this.#suspects.add(file);
    if (effect === "stated") this.#effectSince = effect;
    if (!isRead) return;
    await this.#read();
    this.#effectSince = effect;
  }

  get #hasTried(): boolean {
    return this.#readings.length > 0 || this.#unread !== undefined;
  }

  /**
   * Reads the positions: of all sequences, or only of the used ones if no file since the last reading may have set an unused
   * one with `setval(…, false)`. Triggers that call this, and other sessions, are not considered.
   */
  async #read(): Promise<void> {
    const onlyUsed = this.#effectSince !== "stated";
    try {
      const read = await this.#apart(() => sequencePositions(this.#session, { onlyUsed }));
      // Unused sequences keep their positions of the last reading.
      this.#readings.push(onlyUsed ? new Map([...(this.#readings.at(-1) ?? []), ...read]) : read);
    } catch (error) {
      if (!this.#request.commit || !isDatabaseError(error)) throw error;
      this.#unread = error;
    }
    this.#effectSince = "none";
  }

  /** Returns the number of readings so far, for {@link restoreSince}. */
  get mark(): number {
    return this.#readings.length;
  }

  /**
   * Restores, in the open transaction, the sequences that files reset since a mark before they were rolled back. What prevents
   * it is a warning, so that it does not hide the error of a file.
   */
  async restoreSince(mark: number): Promise<void> {
    try {
      await this.#restore(this.#readings.slice(mark), (run) => this.#apart(run));
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      this.#warnUnrestored(error);
    }
  }

  /** Restores the sequences that a file of the transaction reset, after the transaction was rolled back. */
  async restore(): Promise<MovedSequences> {
    const now = await this.#restore(this.#readings, (run) => run());
    const [first] = this.#readings;
    const advanced = [...now].flatMap(([key, position]) => {
      const before = first?.get(key);
      const isAhead = before !== undefined && !position.cycles && aheadOf(position, before) > 0n;
      return isAhead ? [position.name] : [];
    });
    return { advanced: advanced.sort(), restored: [...this.#restored].sort() };
  }

  /** Does the same after a failure. What prevents it is a warning beside the failure. */
  async restoreAfterFailure(): Promise<void> {
    try {
      await this.restore();
    } catch (error) {
      this.#warnUnrestored(error);
    }
  }

  /** Runs something that leaves no lock and, if the server refuses it, no failed transaction. */
  async #apart<T>(run: () => Promise<T>): Promise<T> {
    await this.#session.execute("savepoint positions");
    try {
      return await run();
    } finally {
      await this.#session.execute("rollback to savepoint positions; release savepoint positions");
    }
  }

  /**
   * Sets the sequences forward that are behind these readings, and returns all their positions before that.
   *
   * @param guarded runs a query, in an open transaction so that its failure does not end it
   */
  async #restore(
    readings: readonly SequencePositions[],
    guarded: <T>(run: () => Promise<T>) => Promise<T>,
  ): Promise<SequencePositions> {
    if (this.#unread !== undefined) this.#warnUnrestored(this.#unread);
    const former = furthest(readings);
    if (former.size === 0) return former;
    const now = await guarded(() => sequencePositions(this.#session, { among: oidsOf(former) }));
    const refused: string[] = [];
    const failed: string[] = [];
    let reason = "";
    for (const [key, position] of now) {
      const before = former.get(key);
      if (before === undefined || position.cycles || aheadOf(position, before) >= 0n) continue;
      const statement = setForward({ ...before, name: position.name });
      try {
        const { rows } = await guarded(() => this.#session.work.query(statement));
        // None if the sequence had advanced meanwhile.
        if (rows.length > 0) this.#restored.add(position.name);
      } catch (error) {
        if (!isDatabaseError(error)) throw error;
        // Dropped meanwhile.
        if (error.code === sqlStates.undefinedTable) continue;
        (error.code === sqlStates.insufficientPrivilege ? refused : failed).push(statement);
        if (error.code !== sqlStates.insufficientPrivilege) reason = error.message;
      }
    }
    this.#warnBehind(refused, "the server refuses to restore them", "Run this as a role that may:");
    this.#warnBehind(failed, `restoring them failed (${reason})`, "Run this:");
    return now;
  }

  #warnBehind(statements: readonly string[], why: string, advice: string): void {
    if (statements.length === 0) return;
    const behind = `Files that were rolled back had set sequences back. A rollback does not undo this, and ${why}, so they would return numbers that are in use.`;
    this.#request.report.warn([`${behind} ${advice}`, ...statements.map(lineOf)].join("\n"));
  }

  #warnUnrestored(error: unknown): void {
    if (this.#suspects.size === 0) return;
    const files = [...this.#suspects];
    const message = messageOf(error);
    const named = [...furthest(this.#readings).values()].filter(({ name }) =>
      files.some((file) => mentions(file, bareName(name))),
    );
    const names = files.map(({ display }) => display).join(", ");
    this.#request.report.warn(
      [
        `Sequences that ${names} may have set back could not be restored after the rollback (${message}): before rows are inserted, advance those that would return numbers in use${named.length === 0 ? "." : ", with these statements:"}`,
        ...named.map((position) => lineOf(setForward(position))),
      ].join("\n"),
    );
  }
}

function lineOf(statement: string): string {
  return `  ${escapeInNames(statement)};`;
}

function oidsOf(positions: SequencePositions): readonly string[] {
  return [...new Set([...positions.values()].map(({ oid }) => oid))];
}
