import { UserError } from "../../../../../foundation/userError";
import { isPropertyMap, type PropertyMap, type Value } from "../../../../host/values";
import type { Catalog } from "../catalog";
import type { AppliedFile, KnownFile } from "../history/history";
import { migrationOf } from "../source/files";

/** The layout of the outputs. Raise it with every change of their shape, and add an upgrade from the one before. */
export const schemaVersion = 1;

/** What a bundle's state remembers beside its inputs. */
export interface BundleState {
  /** The newest applied migration's; empty when there is none. */
  readonly version: string;
  readonly files: ReadonlyMap<string, StateFile>;
  readonly expected: Catalog;
  readonly live: Catalog;
}

export interface StateFile extends KnownFile {
  /** Identities of the objects that a repeatable makes. */
  readonly makes: readonly string[];
  readonly dependsOn: readonly string[];
}

export const noState: BundleState = { version: "", files: new Map(), expected: {}, live: {} };

/** The outputs that this state is kept in. */
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
    expected: state.expected as unknown as PropertyMap,
    live: state.live as unknown as PropertyMap,
  };
}

/** Reads outputs of this or any earlier layout. Throws a UserError for those of a later one. */
export function stateOf(outputs: PropertyMap): BundleState {
  const current = upgrade(outputs);
  const repeatables = mapOf(current.repeatables);
  const files = Object.entries(mapOf(current.appliedFiles)).map(([path, sha256]): [string, StateFile] => {
    const { makes, dependsOn } = mapOf(repeatables[path]);
    const kind = migrationOf(path) === undefined ? "repeatable" : "migration";
    return [path, { path, kind, sha256: String(sha256), makes: texts(makes), dependsOn: texts(dependsOn) }];
  });
  return {
    version: typeof current.version === "string" ? current.version : "",
    files: new Map(files),
    expected: mapOf(current.expected) as unknown as Catalog,
    live: mapOf(current.live) as unknown as Catalog,
  };
}

/** One step per layout: `upgrades[n]` turns layout n into n + 1. */
const upgrades: readonly ((outputs: PropertyMap) => PropertyMap)[] = [
  // Before there were versions: the newest migration was not kept apart, and `makes` and `dependsOn` not at all.
  (outputs) => {
    const versions = Object.keys(mapOf(outputs.appliedFiles)).flatMap(
      (path) => migrationOf(path)?.version ?? [],
    );
    return { ...outputs, version: versions.sort().at(-1) ?? "", repeatables: {}, schemaVersion: 1 };
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
