import {
  byIdentity,
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  diffCatalogs,
  partsOfIdentity,
  readCatalogInTransaction,
} from "../../catalog";
import { repairOf } from "../../repair/repair";
import { runRepairs } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { Revocations } from "../access/revocations";

/** Runs files again, and knows which of them have changed. */
export interface FileRuns {
  /** Runs files, and those that have to run again with them. Returns all that ran. */
  readonly runFiles: (files: readonly BundleFile[]) => Promise<readonly BundleFile[]>;
  readonly isChanged: (file: BundleFile) => boolean;
  /** Returns whether a file that has not run yet may state something about an object. */
  readonly mayStateLater: (identity: string) => boolean;
}

export interface Restored {
  /** The files that ran again. */
  readonly files: readonly BundleFile[];
  /**
   * Identities that are as before again: the same objects at new addresses, and objects that had lost a part, such as a
   * default.
   */
  readonly recreated: readonly string[];
  /** Identities that could not be recreated. */
  readonly lost: readonly string[];
}

interface Dropped {
  /** The file that created the object again. */
  readonly by: BundleFile;
  /** The identities of what was dropped on purpose. */
  readonly own: ReadonlySet<string>;
  /** Identity → the file that creates it. */
  readonly owners: ReadonlyMap<string, BundleFile>;
}

/**
 * Recreates what was dropped with an object that has been created again: objects of a file by running that file,
 * everything else (a policy of a migration, a manual view) from its previous catalog entry. Privileges on columns stay
 * revoked if a file that ran revokes them, and so does what its `drop owned` removes.
 *
 * @param before the catalog before the drop
 * @param runs runs files again, and knows which have changed since they last ran
 */
export async function restoreLost(
  session: Session,
  before: Catalog,
  { by, own, owners }: Dropped,
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

  // Objects of a changed file have the file's new definition, not the previous one.
  const restated = new Set(files.filter(isChanged));
  const isRestated = (identity: string) => {
    const owner = owners.get(identity);
    return (owner !== undefined && restated.has(owner)) || mayStateLater(identity);
  };
  const wanted = withoutRevoked(before, new Revocations([by, ...files]));
  const lostIn = (now: Catalog) =>
    lostObjects(wanted, now, own).filter(
      ([identity]) => now[identity] === undefined || !isRestated(identity),
    );
  let look = files.length === 0 ? firstLook : (await readCatalogInTransaction(session.work)).catalog;
  let lost = lostIn(look);
  const missed = lost.map(([identity]) => identity);
  for (let round = 0; lost.length > 0 && round < repairRounds; round++) {
    const repairs = lost.map(([identity, differences]) =>
      repairOf(identity, differences, wanted, { live: look }),
    );
    if ((await runRepairs(session, repairs)).length === repairs.length) break;
    look = (await readCatalogInTransaction(session.work)).catalog;
    lost = lostIn(look);
  }
  const recreated = [...new Set([...gone, ...missed])].filter((identity) => look[identity] !== undefined);
  return { files, recreated, lost: lost.map(([identity]) => identity) };
}

/** Returns the catalog without the privileges on columns that files revoke, and without what `drop owned` removes. */
function withoutRevoked(catalog: Catalog, revocations: Revocations): Catalog {
  const entries = Object.entries(catalog).flatMap(([identity, object]): [string, CatalogObject][] => {
    const isColumn = partsOfIdentity(identity).kind === "column";
    const left = isColumn
      ? revocations.without(identity, object, catalog)
      : revocations.withoutDisowned(object);
    return left === undefined ? [] : [[identity, left]];
  });
  return Object.fromEntries(entries);
}

/**
 * The number of passes: missing parts of an object (a comment on its column) are only detected when the object exists again.
 */
const repairRounds = 3;

/**
 * Properties that the server prints from a parse tree. A recreated object may print differently, because a function or
 * column that it uses has another type now. It still counts as the same object. A missing property, such as a default,
 * counts as lost.
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
