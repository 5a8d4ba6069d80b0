import { UserError } from "../../foundation/userError";
import { ProcessFailure } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { notUtf8 } from "./notUtf8";

/** The context that the parts of a dump share. */
export interface DumpContext {
  readonly tools: Tools;
  readonly source: DatabaseSettings;
  /** Name of the exported snapshot. */
  readonly snapshot: string;
  /** Names the sessions of this run in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly signal: AbortSignal;
}

/** Rows of a part, as counted by the COPY that wrote them. */
export interface CountedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

export interface StoredPart {
  readonly object: StoredObject;
  readonly tables: readonly CountedTable[];
}

/** One object of a backup: its session has started and writes on request. */
export interface Part {
  /** Name below the run's prefix. */
  readonly name: string;
  /** The size of the rows in the server's storage: determines the order, and estimates the object's size. */
  readonly bytes: number;
  /** Resolves when the session holds its locks. Later requests for exclusive locks do not affect it. */
  readonly locked: Promise<void>;
  /** Resolves when an archive's program has read all definitions, or has failed. */
  readonly definitionsRead?: Promise<void>;
  store(key: string, store: ObjectStore): Promise<StoredPart>;
  /** Ends the session without storing anything. */
  stop(): Promise<void>;
}

/**
 * Returns the error of a part, in one sentence if a program reported the reason.
 * @param place what the program was reading, at the beginning of a sentence
 */
export function partError(name: string, error: unknown, place = "A name or a text of the schema"): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  const encoding = notUtf8(error, place);
  if (encoding !== undefined) return encoding;
  return new UserError(`Dumping ${name} failed: ${error.message}`, exitCodes.dumpFailed, { cause: error });
}
