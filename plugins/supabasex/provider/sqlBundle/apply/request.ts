import type { FileKind } from "../../../bundleFiles";
import type { RememberedExpectation } from "../catalog";
import type { Declared, RememberedAccess } from "../catalog/posture";
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
  /** What drifted or was changed by a migration, or the file on which it depends; the old path of a renamed one. */
  readonly because?: string;
}

export interface RanFile extends PlannedFile {
  readonly kind: FileKind;
  readonly durationMilliseconds: number;
}

/** What stopped the files. The transaction can continue: what ran before still exists. */
export interface FileFailure {
  readonly error: unknown;
  readonly file?: BundleFile;
}

/** The destination of progress and findings. */
export interface Reporter {
  /** Shows a line that the next one replaces. */
  progress(line: string): void;
  warn(line: string): void;
  /** Reports the server's message about a file's statement, with its place; the severity as PostgreSQL names it. */
  notice(severity: string, line: string): void;
}

/** For files that run only to be rolled back. */
export const silent: Reporter = { progress: () => {}, warn: () => {}, notice: () => {} };

export interface ApplyRequest {
  readonly inputs: BundleInputs;
  readonly connection: Connection;
  readonly bundle: LoadedBundle;
  /** The check of the files. No file is sent before it has passed, and nothing is committed before all have. */
  readonly inspection: Inspection;
  /** False for a dry run: everything is executed and then rolled back. */
  readonly commit: boolean;
  /** The expectation of the state, which is needed if the database's own record was edited or emptied. */
  readonly stateExpected: RememberedExpectation;
  /** The posture of the state; `undefined` if it has none. */
  readonly stateAccess?: RememberedAccess | undefined;
  /** What the last deployment declared outside of its SQL. */
  readonly formerlyDeclared?: Declared | undefined;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}
