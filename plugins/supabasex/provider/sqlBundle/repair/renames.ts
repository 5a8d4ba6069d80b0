import {
  type Addresses,
  type Catalog,
  type CatalogReading,
  diffTraced,
  isRename,
  type ObjectIdentity,
  parentIdentities,
  partsOfIdentity,
  splitName,
  traceObjects,
} from "../catalog";
import type { Session } from "../session/session";
import { obstacleToRename, renameStatements } from "./renameStatements";
import { runRepairs } from "./restore";

/** The number of passes: a table is renamed after its schema, and a column after its table. */
const rounds = 4;

export interface RenamedBack {
  readonly reading: CatalogReading;
  /** Identities that were renamed back. */
  readonly repaired: readonly string[];
}

/** The catalog, and where the last deployment left what is expected. */
export interface MaybeRenamed {
  readonly expected: Catalog;
  readonly reading: CatalogReading;
  readonly addresses: Addresses;
}

export interface RenameOptions {
  /** Reads the catalog after a rename. */
  readonly readAgain: () => Promise<CatalogReading>;
  /** Returns whether to rename an object that the bundle did not create, for what is rolled back. */
  readonly foreign?: (identity: string) => boolean;
}

/**
 * Reverts manual renames before anything else is compared: nothing is lost, and dependent objects follow. What cannot
 * be renamed stays, and is reported at the end of the run.
 */
export async function renameBack(
  session: Session,
  { expected, reading: found, addresses }: MaybeRenamed,
  { readAgain, foreign = () => false }: RenameOptions,
): Promise<RenamedBack> {
  let reading = found;
  const repaired = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const traced = traceObjects(expected, reading, addresses);
    const groups = diffTraced(expected, traced)
      .filter(isRename)
      .filter(({ identity }) => isReachable(identity, traced.renamed))
      .filter(({ identity, live }) => {
        const object = partsOfIdentity(identity);
        const owners = foreign(identity) ? {} : expected;
        return obstacleToRename(object, String(live), owners, { live: reading.catalog }) === undefined;
      })
      .map(({ identity, live }) => {
        const object = partsOfIdentity(identity);
        const isDomain = traced.catalog[`type ${object.parent}`]?.kind === "domain";
        const isTaken = reading.catalog[identity] !== undefined;
        const target = isTaken ? withTemporaryName(object) : object;
        return { identity, statements: renameStatements(target, String(live), isDomain) };
      });
    if (groups.length === 0) break;
    const failed = new Set((await runRepairs(session, groups)).map(({ identity }) => identity));
    const done = groups.filter(({ identity }) => !failed.has(identity));
    if (done.length === 0) break;
    for (const { identity } of done) repaired.add(identity);
    reading = await readAgain();
  }
  const left = traceObjects(expected, reading, addresses).renamed;
  return { reading, repaired: [...repaired].filter((identity) => !left.has(identity)) };
}

/** Returns whether the schema and the table of an object have their expected names, which its own statement needs. */
function isReachable(identity: string, renamed: ReadonlyMap<string, string>): boolean {
  const { kind, schema, parent } = partsOfIdentity(identity);
  if (kind === "schema") return true;
  if (schema !== undefined && renamed.has(`schema ${schema}`)) return false;
  return parent === undefined || !parentIdentities(parent).some((one) => renamed.has(one));
}

/** Returns a temporary name, which two objects need that swapped names. */
function withTemporaryName(object: ObjectIdentity): ObjectIdentity {
  const suffix = "_renamed_back";
  const extended = (name: string) =>
    name.endsWith('"') ? `${name.slice(0, -1)}${suffix}"` : `${name}${suffix}`;
  if (object.parent !== undefined || object.schema === undefined || object.kind === "schema")
    return { ...object, name: extended(object.name) };
  const [schema, bare, rest] = splitName(object);
  return { ...object, name: `${schema}.${extended(bare)}${rest}` };
}
