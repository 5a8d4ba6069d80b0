import type { Catalog, CatalogReading } from "../../catalog";
import type { History } from "../../history/history";
import type { BundleRecord } from "../../history/record";
import type { LockWatch } from "../../locks/watch";
import type { Session } from "../../session/session";
import type { Migration } from "../../source/files";
import type { LeftOut } from "../existing/leftOut";
import type { MigrationPlan } from "../plan/planMigrations";
import type { ApplyRequest } from "../request";
import type { SequenceGuard } from "../send/sequenceGuard";

/** The input of a transaction, after drift is repaired that no repeatable repairs by running again. */
export interface Start {
  readonly session: Session;
  readonly sequences: SequenceGuard;
  readonly request: ApplyRequest;
  readonly plan: MigrationPlan;
  readonly history: History;
  readonly record: BundleRecord;
  readonly expected: Catalog;
  /** Including the history's rows. */
  readonly reading: CatalogReading;
  /** The number of migrations that may share a transaction. */
  readonly filesAtOnce: number;
  /** Paths of files that a dry run leaves out. */
  readonly skip: ReadonlySet<string>;
  /** What is left out of the files because it already exists. */
  readonly leftOut: LeftOut;
  /** Watches what the migrations lock; absent if they only run to be rolled back and run again. */
  readonly locks?: LockWatch | undefined;
}

/** Returns the pending migrations except those that a dry run leaves out. */
export function pendingOf({ plan, skip }: Pick<Start, "plan" | "skip">): Migration[] {
  return plan.pending.filter((file) => !skip.has(file.path));
}
