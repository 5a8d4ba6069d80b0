import type { FileKind } from "../../../bundleFiles";
import type { RememberedExpectation } from "../catalog";
import type { Declared, PostureDigests } from "../catalog/posture";
import type { BundleInputs, Connection } from "../inputs";
import type { BundleFile, LoadedBundle } from "../source/files";
import type { Inspection } from "../source/inspection";

/** Why a file is in a plan. */
export type Reason =
  | "new"
  | "changed"
  | "drifted"
  | "affected"
  | "dependency"
  | "renamed"
  | "removed"
  | "baseline";

export interface PlannedFile {
  /** Path below the bundle's directory. */
  readonly path: string;
  readonly reason: Reason;
  /** What drifted or was changed by a migration, or which file it depends on; the old path of a renamed one. */
  readonly because?: string;
}

export interface RanFile extends PlannedFile {
  readonly kind: FileKind;
  readonly durationMilliseconds: number;
}

/** What stopped the files. The transaction can go on: what ran before is still there. */
export interface FileFailure {
  readonly error: unknown;
  readonly file?: BundleFile;
}

/** Where progress and findings go. */
export interface Reporter {
  /** A line that the next one replaces. */
  progress(line: string): void;
  warn(line: string): void;
  /** What the server said of a file's statement, with its place; the severity as PostgreSQL names it. */
  notice(severity: string, line: string): void;
}

/** For files that run only to be rolled back. */
export const silent: Reporter = { progress: () => {}, warn: () => {}, notice: () => {} };

export interface ApplyRequest {
  readonly inputs: BundleInputs;
  readonly connection: Connection;
  readonly bundle: LoadedBundle;
  /** The check of the files. None is sent before it has passed, and nothing is committed before all have. */
  readonly inspection: Inspection;
  /** False for a dry run: everything is executed and then rolled back. */
  readonly commit: boolean;
  /** What the state expects: needed where somebody edited or emptied the database's own record. */
  readonly stateExpected: RememberedExpectation;
  /** What the state remembers of who could reach what; `undefined` where it never learned it. */
  readonly stateAccess?: PostureDigests | undefined;
  /** What the last deployment declared beside its SQL. */
  readonly formerlyDeclared?: Declared | undefined;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}
