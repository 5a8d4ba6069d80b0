import { escapeControls } from "../../../../../foundation/controlCharacters";
import { canonicalJson, type JsonValue } from "../../../../../foundation/json";
import { type CatalogReading, changeText, partsOfIdentity, traceObjects } from "../catalog";
import { withRedactedTexts } from "../catalog/redaction";

/** One object that files create, drop or change. */
export interface CatalogChange {
  readonly identity: string;
  readonly kind: "created" | "dropped" | "changed";
  /** For a changed object: each change, with old and new value. */
  readonly properties: readonly {
    readonly name: string;
    readonly from?: JsonValue;
    readonly to?: JsonValue;
  }[];
}

/**
 * Returns all differences between two readings, by the previous identity. A renamed object is a changed one, and its
 * parts are not listed. Previous texts that no file has are omitted. History rows are not objects.
 */
export function catalogChanges(from: CatalogReading, to: CatalogReading): CatalogChange[] {
  const { catalog: after, renamed } = traceObjects(from.catalog, to, from.addresses);
  const before = withRedactedTexts(after, from.catalog);
  const identities = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((identity) => !identity.startsWith("applied file "))
    .sort();
  return identities.flatMap((identity): CatalogChange[] => {
    const [was, is] = [before[identity], after[identity]];
    if (was === undefined) return [{ identity, kind: "created", properties: [] }];
    if (is === undefined) return [{ identity, kind: "dropped", properties: [] }];
    const name = renamed.get(identity);
    if (was === is && name === undefined) return [];
    const rename =
      name === undefined ? [] : [{ name: "name", from: partsOfIdentity(identity).name, to: name }];
    const properties = [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((name) => canonicalJson(was[name] ?? null) !== canonicalJson(is[name] ?? null))
      .sort()
      .map((name) => ({
        name,
        ...(was[name] === undefined ? {} : { from: was[name] }),
        ...(is[name] === undefined ? {} : { to: is[name] }),
      }));
    const all = [...rename, ...properties];
    return all.length === 0 ? [] : [{ identity, kind: "changed", properties: all }];
  });
}

const marks = { created: "+", dropped: "-", changed: "~" } as const;

/** With more objects than this, only the number is shown. */
const maxListed = 60;

/** Returns lines: one per object, then its changes; a text of several lines as a diff. */
export function describeChanges(changes: readonly CatalogChange[]): string[] {
  // The parts of a new or dropped table are implied.
  const whole = new Set(
    changes.filter(({ kind }) => kind !== "changed").map(({ identity }) => partsOfIdentity(identity).name),
  );
  const shown = changes.filter(({ identity, kind }) => {
    const part = partsOfIdentity(identity);
    const isPart = part.kind === "column" || part.kind === "constraint";
    return kind === "changed" || !isPart || !whole.has(part.parent ?? "");
  });
  const lines = shown
    .slice(0, maxListed)
    .flatMap(({ identity, kind, properties }) => [
      `  ${marks[kind]} ${escapeControls(identity)}`,
      ...properties.flatMap(({ name, from, to }) => describeProperty(name, from, to)),
    ]);
  if (shown.length > maxListed) lines.push(`  … and ${shown.length - maxListed} more`);
  return lines;
}

function describeProperty(name: string, from: JsonValue | undefined, to: JsonValue | undefined): string[] {
  const [first = "", ...rest] = changeText(name, from, to).split("\n");
  if (rest.length === 0) return [`      ${name}: ${first}`];
  return [`      ${name}:`, ...[first, ...rest].map((line) => `        ${line}`)];
}
