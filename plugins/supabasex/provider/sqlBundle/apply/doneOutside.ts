import type { Catalog } from "../catalog";
import { hasBegun } from "../history/begun";
import type { Session } from "../session/session";
import type { BundleFile, Migration } from "../source/files";
import { type PartitionStep, partitionSteps } from "../source/partitionSteps";
import { statementsOf } from "../source/statements";
import { droppedBefore } from "./droppedBefore";
import { lastSteps, readPartitions } from "./manualPartitions";
import { mustRunOutside } from "./outsideStatement";

interface Deployment {
  readonly session: Session;
  /** The name of the bundle. */
  readonly bundle: string;
  readonly migrations: readonly Migration[];
  readonly pending: readonly Migration[];
  /** What the bundle has created. */
  readonly expected: Catalog;
  readonly live: Catalog;
}

/**
 * Returns the pending migrations that must run outside of a transaction, and whose work seems to have been done
 * manually: the index is dropped, the partition is detached. There is nothing to do concurrently, so they run in the
 * transaction, where a rehearsal shows whether it is the same work. What an interrupted run of ours left is not manual.
 */
export async function doneOutside(deployment: Deployment): Promise<ReadonlySet<BundleFile>> {
  const { session, bundle, migrations, pending, expected, live } = deployment;
  // Before the first deployment, all objects are foreign.
  if (Object.keys(expected).length === 0) return new Set();
  const candidates = pending.flatMap((file) => {
    const node = mustRunOutside(file) ? statementsOf(file)[0]?.node : undefined;
    return node === undefined ? [] : [{ file, node, detached: detachedBy(file) }];
  });
  if (candidates.length === 0 || (await hasBegun(session.work, bundle))) return new Set();
  const isPending = new Set<BundleFile>(pending);
  const former = lastSteps(migrations.filter((file) => !isPending.has(file)));
  const children = candidates.flatMap(({ detached }) => detached?.child ?? []);
  const now = children.length === 0 ? new Map() : await readPartitions(session, children);
  const done = candidates.filter(({ file, node, detached }) =>
    detached === undefined
      ? droppedBefore(file, { node }, { expected, live }).length > 0
      : former.get(detached.child)?.bound !== undefined && !now.get(detached.child),
  );
  return new Set(done.map(({ file }) => file));
}

function detachedBy(file: BundleFile): PartitionStep | undefined {
  return partitionSteps(file).find(({ does }) => does === "detach");
}
