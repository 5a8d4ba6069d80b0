import type { Catalog } from "../../catalog";
import { hasBegun } from "../../history/begun";
import type { Session } from "../../session/session";
import type { BundleFile, Migration } from "../../source/files";
import { statementsOf } from "../../source/statements";
import { mustRunOutside } from "../statements/outsideStatement";
import { isGone } from "./leftOutParts";

interface Deployment {
  readonly session: Session;
  /** The name of the bundle. */
  readonly bundle: string;
  readonly pending: readonly Migration[];
  /** What the bundle has created. */
  readonly expected: Catalog;
  readonly live: Catalog;
}

/**
 * Returns the pending migrations that drop an index outside of a transaction that was already dropped manually. There is
 * nothing to do concurrently, so they run in the transaction, where a rehearsal shows whether it is the same work. What an
 * interrupted run of ours left is not manual. A detached partition is not one of them: `detach … concurrently` also
 * creates a check constraint, which the manual statement may not have done.
 */
export async function doneOutside(deployment: Deployment): Promise<ReadonlySet<BundleFile>> {
  const { session, bundle, pending, expected, live } = deployment;
  // Before the first deployment, all objects are foreign.
  if (Object.keys(expected).length === 0) return new Set();
  const dropped = Object.keys(expected).filter((identity) => live[identity] === undefined);
  const done = pending.filter((file) => {
    const node = mustRunOutside(file) ? statementsOf(file)[0]?.node : undefined;
    if (node === undefined || !("DropStmt" in node)) return false;
    const { removeType, objects = [] } = node.DropStmt;
    return objects.every((object) =>
      isGone({ removeType, object, serverMajor: file.serverMajor }, { dropped, live }),
    );
  });
  return done.length === 0 || (await hasBegun(session.work, bundle)) ? new Set() : new Set(done);
}
