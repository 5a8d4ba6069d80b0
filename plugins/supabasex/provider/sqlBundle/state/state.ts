import { UserError } from "../../../../../foundation/userError";
import { isPropertyMap, type PropertyMap, type Value } from "../../../../provider-host/values";
import {
  type Catalog,
  canonicalCatalog,
  canonicalIdentity,
  diffCatalogs,
  digestsOf,
  type ExpectedDigests,
  parseDigests,
  printDigests,
  type RememberedExpectation,
} from "../catalog";
import { withCurrentIdentities } from "../catalog/formerIdentities";
import {
  coverageOfVersion,
  parsePostureDigests,
  printPostureDigests,
  type RememberedAccess,
} from "../catalog/posture";
import { serverIdentity } from "../catalog/serverVersion";
import type { AppliedFile, KnownFile } from "../history/history";
import { historyObjects } from "../history/historyCatalog";
import { migrationOf } from "../source/files";
import { type Drift, driftFrom, driftOf } from "./drift";

/**
 * The layout of the outputs. Increase it with every change of their shape, and add an upgrade from the previous one.
 */
export const schemaVersion = 2;

/** What a bundle's state contains in addition to its inputs. The expectation itself is in the database. */
export interface BundleState {
  /** The version of the newest applied migration; empty if there is none. */
  readonly version: string;
  readonly files: ReadonlyMap<string, StateFile>;
  readonly expected: ExpectedDigests;
  readonly live: Drift;
  /** The access outside of the bundle; absent if it is not watched, or never was. */
  readonly access?: RememberedAccess;
  /** The major version of the server, according to the last deployment or refresh. */
  readonly serverMajor?: number;
  /** Tables of the bundle without row-level security, according to the last deployment or dry run. */
  readonly openTables: readonly string[];
}

export interface StateFile extends KnownFile {
  /** Identities of the objects that a repeatable creates. */
  readonly makes: readonly string[];
  readonly dependsOn: readonly string[];
}

export const noState: BundleState = {
  version: "",
  files: new Map(),
  expected: new Map(),
  live: {},
  openTables: [],
};

/** Returns the outputs that contain this state. */
export function stateOutputs(state: BundleState): PropertyMap {
  const files = [...state.files.values()];
  return {
    schemaVersion,
    version: state.version,
    appliedFiles: Object.fromEntries(files.map((file) => [file.path, file.sha256])),
    repeatables: Object.fromEntries(
      files
        .filter((file) => file.kind === "repeatable")
        .map((file) => [file.path, { makes: file.makes, dependsOn: file.dependsOn }]),
    ),
    // A single string: the engine copies and compares every value of an output, and only shows the changed lines of a
    // string.
    expected: printDigests(state.expected),
    live: state.live as unknown as PropertyMap,
    ...(state.access === undefined
      ? {}
      : { access: printPostureDigests(state.access.digests), accessVersion: state.access.coverage }),
    ...(state.serverMajor === undefined ? {} : { serverMajor: state.serverMajor }),
    ...(state.openTables.length === 0 ? {} : { openTables: [...state.openTables] }),
  };
}

/** Returns the major version of a catalog's server, as a part of the state. */
export function serverOf(catalog: Catalog): Pick<BundleState, "serverMajor"> {
  const major = catalog[serverIdentity]?.majorVersion;
  return typeof major === "number" ? { serverMajor: major } : {};
}

/** Parses outputs of this or any earlier layout. Throws a UserError for those of a later one. */
export function stateOf(outputs: PropertyMap): BundleState {
  const current = upgrade(outputs);
  const repeatables = mapOf(current.repeatables);
  const files = Object.entries(mapOf(current.appliedFiles)).map(([path, sha256]): [string, StateFile] => {
    const { makes, dependsOn } = mapOf(repeatables[path]);
    const kind = migrationOf(path) === undefined ? "repeatable" : "migration";
    return [
      path,
      {
        path,
        kind,
        sha256: String(sha256),
        makes: texts(makes).map(canonicalIdentity),
        dependsOn: texts(dependsOn),
      },
    ];
  });
  return {
    version: typeof current.version === "string" ? current.version : "",
    files: new Map(files),
    expected: parseDigests(typeof current.expected === "string" ? current.expected : ""),
    live: driftFrom(current.live),
    ...(typeof current.access === "string"
      ? {
          access: {
            digests: parsePostureDigests(current.access),
            coverage: coverageOfVersion(current.accessVersion),
          },
        }
      : {}),
    ...(typeof current.serverMajor === "number" ? { serverMajor: current.serverMajor } : {}),
    openTables: texts(current.openTables),
  };
}

/** Returns what the state contains about the bundle's objects and its history. */
export function rememberedBy(state: BundleState): RememberedExpectation {
  const versions = [...state.files.keys()].flatMap((path) => migrationOf(path)?.version ?? []);
  return { digests: state.expected, history: historyObjects(state.files.values(), new Set(versions)) };
}

/** Returns identity → path of the repeatable that creates it. */
export function makersIn(state: BundleState): Map<string, string> {
  return new Map(
    [...state.files.values()].flatMap((file) => file.makes.map((identity) => [identity, file.path])),
  );
}

/** One step per layout: `upgrades[n]` turns layout n into n + 1. */
const upgrades: readonly ((outputs: PropertyMap) => PropertyMap)[] = [
  // Before there were versions: the newest migration was not stored separately, and `makes` and `dependsOn` did not
  // exist.
  (outputs) => {
    const versions = Object.keys(mapOf(outputs.appliedFiles)).flatMap(
      (path) => migrationOf(path)?.version ?? [],
    );
    return { ...outputs, version: versions.sort().at(-1) ?? "", repeatables: {}, schemaVersion: 1 };
  },
  // Both catalogs were stored completely, and the files twice.
  ({ files: _files, ...outputs }) => {
    const expected = canonicalCatalog(withCurrentIdentities(mapOf(outputs.expected) as unknown as Catalog));
    const live = canonicalCatalog(withCurrentIdentities(mapOf(outputs.live) as unknown as Catalog));
    return {
      ...outputs,
      expected: printDigests(digestsOf(expected)),
      live: driftOf(diffCatalogs(expected, live)) as unknown as PropertyMap,
      ...serverOf({ ...expected, ...live }),
      schemaVersion: 2,
    };
  },
];

export function upgrade(outputs: PropertyMap): PropertyMap {
  if (Object.keys(outputs).length === 0) return outputs;
  const found = typeof outputs.schemaVersion === "number" ? outputs.schemaVersion : 0;
  if (found > schemaVersion) {
    throw new UserError(
      `The state of this SqlBundle was written by a newer version of this project (layout ${found}, known up to ${schemaVersion}): update the checkout.`,
    );
  }
  return upgrades.slice(found).reduce((current, step) => step(current), outputs);
}

export function newestVersion(files: Iterable<Pick<AppliedFile, "path">>): string {
  const versions = [...files].flatMap((file) => migrationOf(file.path)?.version ?? []);
  return versions.sort().at(-1) ?? "";
}

function mapOf(value: Value | undefined): PropertyMap {
  return isPropertyMap(value) ? value : {};
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
