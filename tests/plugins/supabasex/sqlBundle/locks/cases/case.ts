import type { HazardName } from "../../../../../../plugins/supabasex/hazards";

/** A kind of statement, and its expected effects. The rest of its row in docs/locks.md is observed. */
export interface LockCase {
  /** `$s` is replaced by the schema; docs/locks.md omits `$s.` and calls the schema `shop`. */
  readonly statement: string;
  /** Statements that the transaction, or an earlier deployment, ran before. */
  readonly before?: string;
  /** Runs in the same transaction, so its locks are still held. */
  readonly sameTransaction?: string;
  /** The relation whose locks the row shows. Default: orders. */
  readonly relation?: string;
  readonly hazards: readonly HazardName[];
  /** A note after the statement. */
  readonly note?: string;
  /** The indexes are locked against reads, but the table is not. */
  readonly locksIndexes?: true;
  /** The text alone suggests more than happens: a check makes it unnecessary, or the type allows it. */
  readonly doesLess?: true;
  /** The text shows less than happens. */
  readonly isHidden?: true;
  /** The text shows it together with the catalog of the case's database. */
  readonly needsCatalog?: true;
}
