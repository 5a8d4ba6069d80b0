import type { QueryResult } from "pg";
import { type LockMode, modeNamed, stronger } from "./modes";
import { probeColumn } from "./probeQueries";

/** What a probe found about one relation. */
export interface Found {
  /** The strongest lock that the transaction has on it, from ROW SHARE on. */
  readonly lock: LockMode | undefined;
  /** Number of the file with its rows, 0 where it has none; `undefined` once it is dropped. */
  readonly file: number | undefined;
  readonly isDropped: boolean;
  /** How often all its rows were read. */
  readonly scans: number;
  /** How many rows were updated or deleted. */
  readonly changes: number;
}

/** What a probe found. */
export interface Snapshot {
  /** The server's time, in seconds. */
  readonly time: number;
  readonly relations: ReadonlyMap<number, Found>;
}

/** Reads the answers of probes. What has not changed since an earlier answer is the same value as there. */
export class SnapshotReader {
  readonly #known = new Map<string, readonly [number, Found]>();
  /** What the last probe found. */
  #last: Snapshot["relations"] = new Map();

  /** Returns the probes' answers among those of a message, in order. A probe that only tells the time finds what the one before found. */
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
