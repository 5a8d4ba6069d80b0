import { UserError } from "../../foundation/userError";
import { ProcessFailure } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";

/** What the parts of one dump share. */
export interface DumpContext {
  readonly tools: Tools;
  readonly source: DatabaseSettings;
  /** Name of the exported snapshot. */
  readonly snapshot: string;
  /** Names the sessions of this run in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly signal: AbortSignal;
}

/** Rows that a part holds, as the COPY that wrote them counted them. */
export interface CountedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

export interface StoredPart {
  readonly object: StoredObject;
  readonly tables: readonly CountedTable[];
}

/** One object of a backup in the making: its session has begun, and writes on request. */
export interface Part {
  /** Name below the run's prefix. */
  readonly name: string;
  /** Of the rows as the server stores them: what is stored first, and an estimate of the object's size. */
  readonly bytes: number;
  /** Resolves when the session holds the locks that it needs, however many others wait for exclusive ones later. */
  readonly locked: Promise<void>;
  store(key: string, store: ObjectStore): Promise<StoredPart>;
  /** Ends the session; nothing is stored. */
  stop(): Promise<void>;
}

/** Returns the error of a part, in one sentence where a program said what was wrong. */
export function partError(name: string, error: unknown): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  return new UserError(`Dumping ${name} failed: ${error.message}`, exitCodes.dumpFailed, { cause: error });
}
