import type { AppliedFile, OwnedObject } from "../../history/history";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import type { LeftOut } from "../existing/leftOut";
import type { PlannedFile } from "../request";
import type { SequenceGuard } from "../send/sequenceGuard";

/** The input for applying repeatables in addition to the plan. */
export interface RepeatableContext {
  readonly session: Session;
  readonly sequences: SequenceGuard;
  readonly local: readonly BundleFile[];
  readonly history: ReadonlyMap<string, AppliedFile>;
  /** Objects of removed files that may be dropped; none if an older checkout is allowed on purpose. */
  readonly dropRemoved: boolean;
  /** Returns whether migrations have created an object, too: then it stays when no repeatable declares it any more. */
  readonly isOfMigration: (identity: string) => boolean;
  /** What the plan's files created before and no file creates any more. */
  readonly obsolete: readonly OwnedObject[];
  /** Paths of planned files that have not run yet. */
  readonly open: ReadonlySet<string>;
  /** Paths of files that have run. */
  readonly done: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  /** Receives the server's messages about the files. */
  notice(severity: string, line: string): void;
  progress(entry: PlannedFile & { readonly file: BundleFile }): void;
}
