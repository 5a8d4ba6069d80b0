import {
  byIdentity,
  type Catalog,
  type CatalogDifference,
  diffCatalogs,
  readCatalogInTransaction,
} from "../catalog";
import { repairOf } from "../repair/repair";
import { runRepairs } from "../repair/restore";
import type { Session } from "../session/session";
import type { BundleFile } from "../source/files";

export interface Restored {
  /** The files that ran again. */
  readonly files: readonly BundleFile[];
  /** Identities that could not be made again. */
  readonly lost: readonly string[];
}

/**
 * After an object was dropped with all that depended on it and made anew: makes the rest again. What a file makes, by
 * running that file; what a migration made (a policy, a trigger, a default), from what the catalog said before.
 *
 * @param before the catalog before the drop
 * @param own identities of what was dropped on purpose
 * @param owners identity → the file that makes it
 */
export async function restoreLost(
  session: Session,
  before: Catalog,
  own: ReadonlySet<string>,
  owners: ReadonlyMap<string, BundleFile>,
  runFiles: (files: readonly BundleFile[]) => Promise<void>,
): Promise<Restored> {
  const firstLook = (await readCatalogInTransaction(session.work)).catalog;
  const gone = Object.keys(before).filter(
    (identity) => firstLook[identity] === undefined && !own.has(identity),
  );
  const files = [...new Set(gone.flatMap((identity) => owners.get(identity) ?? []))].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  await runFiles(files);

  let look = (await readCatalogInTransaction(session.work)).catalog;
  let lost = lostObjects(before, look, own);
  for (let round = 0; lost.length > 0 && round < repairRounds; round++) {
    const repairs = lost.map(([identity, differences]) => repairOf(identity, differences, before, look));
    if ((await runRepairs(session, repairs)).length === repairs.length) break;
    look = (await readCatalogInTransaction(session.work)).catalog;
    lost = lostObjects(before, look, own);
  }
  return { files, lost: lost.map(([identity]) => identity) };
}

/** How often to look again: the parts of an object (a comment on its column) are missed only once the object is back. */
const repairRounds = 3;

function lostObjects(
  before: Catalog,
  now: Catalog,
  own: ReadonlySet<string>,
): [identity: string, differences: CatalogDifference[]][] {
  const lost = diffCatalogs(before, now).filter(
    (difference) => difference.kind !== "extra" && !own.has(difference.identity),
  );
  return [...byIdentity(lost)];
}
