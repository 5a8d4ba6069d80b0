import type { ClientBase } from "pg";
import {
  type Addresses,
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  digestIdentity,
  expectationFrom,
  expectationIfUnchanged,
  isSameObject,
  managedPart,
  traceObjects,
} from "../catalog";
import { withRedactedValues } from "../catalog/redaction";
import { readGoneFunctions } from "../history/goneFunctions";
import type { PostureRecord } from "../history/postureRecord";
import type { BundleRecord } from "../history/record";
import { compare } from "../repair/compare";
import { loadParser } from "../source/parser";
import { type AccessDrift, type AccessSubject, accessDriftOf, noAccessDrift } from "./accessDrift";
import { type Drift, driftOf } from "./drift";
import { outlookOf } from "./outlook";
import { type BundleState, makersIn, rememberedBy } from "./state";

/** The result of a refresh: what has changed, and what the next deployment does about it. */
export interface FoundDrift {
  readonly drift: Drift;
  readonly outlook: Drift;
}

/** The live parts of a bundle. */
export interface LiveState extends CatalogReading {
  /** The history's objects. */
  readonly files: Catalog;
  /** Rows of the history as objects. */
  readonly rows: Catalog;
}

/** The database's records; each is only read if something differs. */
export interface Records {
  readonly bundle: () => Promise<BundleRecord>;
  readonly posture: () => Promise<PostureRecord | undefined>;
  /** Where the last deployment left the objects. This is also read if nothing differs. */
  readonly addresses: () => Promise<Addresses>;
}

/**
 * Compares a live catalog with the state. The previous content of a changed object comes from the database's record. If that was
 * edited too, only the fact is known.
 *
 * @param records are only read if something differs; that of the posture also if it is watched
 */
export async function findDrift(
  client: ClientBase,
  state: BundleState,
  { catalog, addresses, files, rows }: LiveState,
  { records }: { readonly records: Records },
): Promise<FoundDrift> {
  const remembered = rememberedBy(state);
  const accessOf = async ({ live, expected }: AccessSubject): Promise<AccessDrift> => {
    if (state.access === undefined) return noAccessDrift;
    const record = await records.posture();
    const gone = await readGoneFunctions(client, record?.posture ?? {}, live);
    return accessDriftOf(state.access, { live: { ...live, ...gone }, expected }, record);
  };

  const hasAllFiles = hasFiles(remembered.history, files);
  const unchanged = hasAllFiles ? expectationIfUnchanged(state.expected, catalog) : undefined;
  // Two equal objects that swapped names only differ in their addresses.
  if (unchanged !== undefined && !hasRenamed(unchanged, { catalog, addresses }, await records.addresses())) {
    const access = await accessOf({ live: { ...catalog, ...rows }, expected: unchanged });
    if (Object.keys(access.drift).length > 0) await loadParser();
    return { drift: access.drift, outlook: access.outlook() };
  }

  const live = { ...catalog, ...files };
  const record = await records.bundle();
  const { expected, unknown } = expectationFrom(remembered, record.expected, live);
  const watched = (traced: Catalog) => notRecorded(expected, managedPart(expected, traced), record);
  const isUnknown = new Set(unknown);
  const found = await compare(
    client,
    expected,
    { catalog: live, addresses },
    { addresses: record.addresses, watched },
  );
  const differences = withRedactedValues(
    found.differences.filter(({ identity }) => !isUnknown.has(digestIdentity(identity, state.expected))),
  );
  const { catalog: traced } = found.traced;
  const access = await accessOf({ live: { ...traced, ...rows }, expected });
  // Names in statements are quoted according to the parser's keywords; without drift it need not be loaded.
  if (differences.length + Object.keys(access.drift).length > 0) await loadParser();
  return {
    drift: {
      ...access.drift,
      ...driftOf(differences),
      ...Object.fromEntries(unknown.map((identity) => [identity, unknownChange(identity, live, record)])),
    },
    outlook: { ...access.outlook(), ...outlookOf(differences, makersIn(state), expected, { live: traced }) },
  };
}

function hasRenamed(expected: Catalog, reading: CatalogReading, addresses: Addresses): boolean {
  return traceObjects(expected, reading, addresses).renamed.size > 0;
}

/** Returns whether the history contains these files unchanged. Additional ones are not drift. */
function hasFiles(remembered: Catalog, files: Catalog): boolean {
  return Object.entries(remembered).every(([identity, { sha256, versionRecorded }]) => {
    const file = files[identity];
    return file?.sha256 === sha256 && file?.versionRecorded === versionRecorded;
  });
}

/**
 * Removes what exists beyond the state's expectation but belongs to a file, according to the database's own record: a
 * deployment that failed halfway, or one of another stack, created it.
 */
function notRecorded(expected: Catalog, managed: Catalog, record: BundleRecord): Catalog {
  if (!record.intact) return managed;
  return Object.fromEntries(
    Object.entries(managed).filter(([identity, object]) => {
      const recorded = record.expected[identity];
      const surplus = expected[identity] === undefined && recorded !== undefined;
      return !(surplus && isSameObject(recorded, object));
    }),
  );
}

function unknownChange(identity: string, live: Catalog, record: BundleRecord): string {
  const kind: CatalogDifference["kind"] = live[identity] === undefined ? "missing" : "changed";
  if (!record.intact) return `${kind}; the database's record of its former state was edited too`;
  return `${kind} by another deployment of this bundle, or the database's record has been emptied`;
}
