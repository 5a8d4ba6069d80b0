import type { QueryResult } from "pg";
import { type LockMode, modeNamed, stronger } from "./modes";
import { probeColumn } from "./probeQueries";

/** The result of a probe for one relation. */
export interface Found {
  /** The strongest lock that the transaction has on it, from ROW SHARE on. */
  readonly lock: LockMode | undefined;
  /** Number of the file with its rows, 0 if it has none; `undefined` after it was dropped. */
  readonly file: number | undefined;
  readonly isDropped: boolean;
  /** How often all its rows were read. */
  readonly scans: number;
  /** The number of updated or deleted rows. */
  readonly changes: number;
}

/** The result of a probe. */
export interface Snapshot {
  /** The server's time, in seconds. */
  readonly time: number;
  readonly relations: ReadonlyMap<number, Found>;
}

/** Parses the results of probes. Unchanged values are the same objects as before. */
export class SnapshotReader {
  readonly #known = new Map<string, readonly [number, Found]>();
  /** The result of the last probe. */
  #last: Snapshot["relations"] = new Map();

  /**
   * Returns the results of the probes in a message, in order. A probe that only returns the time has the results of the
   * previous one.
   */
  read(results: readonly QueryResult[]): Snapshot[] {
    return results
      .filter(({ fields }) => fields?.length === 1 && fields[0]?.name === probeColumn)
      .map(({ rows }) => {
        const answer = (rows[0] as Record<string, string>)[probeColumn] ?? "";
        const [time, entries] = answer.split(";");
        if (entries !== undefined) this.#last = this.#relationsOf(entries);
        return { time: Number(time), relations: this.#last };
      });
  }

  #relationsOf(entries: string): Snapshot["relations"] {
    return new Map(
      (entries === "" ? [] : entries.split(",")).map((entry) => {
        const known = this.#known.get(entry) ?? relationOf(entry);
        this.#known.set(entry, known);
        return known;
      }),
    );
  }
}

function relationOf(entry: string): readonly [number, Found] {
  const [oid, modes = "", file, scans, changes] = entry.split(" ");
  const fromRowShare = modes.split("+").filter((mode) => mode !== "AccessShareLock");
  const isDropped = file === "-1";
  return [
    Number(oid),
    {
      lock: fromRowShare.map(modeNamed).reduce(stronger, undefined),
      file: isDropped ? undefined : Number(file),
      isDropped,
      scans: Number(scans),
      changes: Number(changes),
    },
  ];
}
