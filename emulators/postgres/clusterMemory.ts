import { readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomically } from "../../foundation/atomicFile";

/** The state of a cluster between starts. */
interface ClusterMemory {
  readonly port?: number;
  /** The current password of supabase_admin, with which the password of `postgres` is changed. */
  readonly adminPassword?: string;
}

/** Returns what the last start of the cluster in a directory stored. */
export function readMemory(directory: string): ClusterMemory {
  try {
    return JSON.parse(readFileSync(path.join(directory, "cluster.json"), "utf8")) as ClusterMemory;
  } catch {
    return {};
  }
}

/** Stores values in addition to the ones of earlier starts. */
export function remember(directory: string, news: ClusterMemory): void {
  const memory: ClusterMemory = { ...readMemory(directory), ...news };
  writeFileAtomically(path.join(directory, "cluster.json"), `${JSON.stringify(memory, null, 2)}\n`);
}
