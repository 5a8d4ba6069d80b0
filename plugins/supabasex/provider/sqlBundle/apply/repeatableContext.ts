import type { AppliedFile, OwnedObject } from "../history/history";
import type { Session } from "../session/session";
import type { BundleFile } from "../source/files";
import type { LeftOut } from "./leftOut";
import type { PlannedFile } from "./request";

/** What applying repeatables needs to know beside the plan. */
export interface RepeatableContext {
  readonly session: Session;
  readonly local: readonly BundleFile[];
  readonly history: ReadonlyMap<string, AppliedFile>;
  /** What of removed files may be dropped: not when an older checkout is let run on purpose. */
  readonly dropRemoved: boolean;
  /** Whether migrations have made an object, too: then it stays when no repeatable declares it any more. */
  readonly isOfMigration: (identity: string) => boolean;
  /** What the plan's files made before and no file makes any more. */
  readonly obsolete: readonly OwnedObject[];
  /** Paths of planned files that have not run yet. */
  readonly open: ReadonlySet<string>;
  /** Paths of files that have run. */
  readonly done: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  /** Where what the server says of the files goes. */
  notice(severity: string, line: string): void;
  progress(entry: PlannedFile & { readonly file: BundleFile }): void;
}
