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

/** How files run again, and which of them say something new. */
export interface FileRuns {
  /** Runs files, and those that have to run again with them. Returns all that ran. */
  readonly runFiles: (files: readonly BundleFile[]) => Promise<readonly BundleFile[]>;
  readonly isChanged: (file: BundleFile) => boolean;
  /** Whether a file that has not run yet may state something of an object. */
  readonly mayStateLater: (identity: string) => boolean;
}

export interface Restored {
  /** The files that ran again. */
  readonly files: readonly BundleFile[];
  /** Identities that are as before again: the same objects at new addresses, and objects that had lost a part, such as a default. */
  readonly recreated: readonly string[];
  /** Identities that could not be recreated. */
  readonly lost: readonly string[];
}

/**
 * After an object was dropped with all that depended on it and created again: recreates the rest. What a file makes, by
 * running that file; everything else (a policy of a migration, a view made by hand), from what the catalog said before.
 *
 * @param before the catalog before the drop
 * @param own identities of what was dropped on purpose
 * @param owners identity → the file that makes it
 * @param runs runs files again, and says which have changed since they last ran
 */
export async function restoreLost(
  session: Session,
  before: Catalog,
  own: ReadonlySet<string>,
  owners: ReadonlyMap<string, BundleFile>,
  { runFiles, isChanged, mayStateLater }: FileRuns,
): Promise<Restored> {
  const firstLook = (await readCatalogInTransaction(session.work)).catalog;
  const gone = Object.keys(before).filter(
    (identity) => firstLook[identity] === undefined && !own.has(identity),
  );
  const makers = [...new Set(gone.flatMap((identity) => owners.get(identity) ?? []))].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const files = await runFiles(makers);

  // What a changed file made is as the file says now, not as it was before.
  const restated = new Set(files.filter(isChanged));
  const isRestated = (identity: string) => {
    const owner = owners.get(identity);
    return (owner !== undefined && restated.has(owner)) || mayStateLater(identity);
  };
  const lostIn = (now: Catalog) =>
    lostObjects(before, now, own).filter(
      ([identity]) => now[identity] === undefined || !isRestated(identity),
    );
  let look = (await readCatalogInTransaction(session.work)).catalog;
  let lost = lostIn(look);
  const missed = lost.map(([identity]) => identity);
  for (let round = 0; lost.length > 0 && round < repairRounds; round++) {
    const repairs = lost.map(([identity, differences]) => repairOf(identity, differences, before, look));
    if ((await runRepairs(session, repairs)).length === repairs.length) break;
    look = (await readCatalogInTransaction(session.work)).catalog;
    lost = lostIn(look);
  }
  const recreated = [...new Set([...gone, ...missed])].filter((identity) => look[identity] !== undefined);
  return { files, recreated, lost: lost.map(([identity]) => identity) };
}

/** How often to look again: the parts of an object (a comment on its column) are missed only once the object is back. */
const repairRounds = 3;

/**
 * Properties that the server prints from a parse tree. A recreated object may print otherwise, because a function or
 * column that it uses has another type now: it is the same object all the same. One that is not there any more, such as a default, is lost.
 */
const printed: ReadonlySet<string> = new Set([
  "arguments",
  "body",
  "check",
  "default",
  "definition",
  "generated",
  "returns",
  "using",
  "where",
]);

function lostObjects(
  before: Catalog,
  now: Catalog,
  own: ReadonlySet<string>,
): [identity: string, differences: CatalogDifference[]][] {
  const lost = diffCatalogs(before, now).filter(
    ({ kind, identity, property = "", live }) =>
      kind !== "extra" && !(printed.has(property) && live !== undefined) && !own.has(identity),
  );
  return [...byIdentity(lost)];
}
