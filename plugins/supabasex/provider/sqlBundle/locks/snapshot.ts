import type { QueryResult } from "pg";
import { type LockMode, modeNamed, stronger } from "./modes";
import { probeColumn } from "./probes";

/** What a probe found about one relation. */
export interface Found {
  /** The strongest lock that the transaction has on it, from ROW SHARE on. */
  readonly lock: LockMode | undefined;
  /** Number of the file with its rows; `undefined` once it is dropped. */
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

/** Returns the probes' answers among those of a message, in order. */
export function snapshotsIn(results: readonly QueryResult[]): Snapshot[] {
  return results
    .filter(({ fields }) => fields?.length === 1 && fields[0]?.name === probeColumn)
    .map(({ rows }) => {
      const [time, relations] = (rows[0] as Record<string, [number, unknown[][] | null]>)[probeColumn] ?? [
        0,
        null,
      ];
      return {
        time: Number(time),
        relations: new Map(
          (relations ?? []).map(([oid, modes, file, scans, changes]): [number, Found] => [
            Number(oid),
            {
              lock: (modes as readonly string[] | null)?.map(modeNamed).reduce(stronger, undefined),
              file: file === null ? undefined : Number(file),
              isDropped: file === null,
              scans: Number(scans),
              changes: Number(changes),
            },
          ]),
        ),
      };
    });
}
