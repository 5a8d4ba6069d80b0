import { escapeControls } from "../../../../../foundation/controlCharacters";
import type { JsonValue } from "../../../../../foundation/json";
import { isPropertyMap, type Value } from "../../../../provider-host/values";
import { parseDriftText } from "../../../bundleMessages";
import { byIdentity, type CatalogDifference, changeText, objectText, partsOfIdentity } from "../catalog";
import { severities, severityOf } from "../catalog/posture";
import { authorKey } from "../history/ddlLog";
import type { ChangedPath } from "../history/loggedAs";

/**
 * The differences from what the bundle created, as text: identity → what happened to the object, or property → how it
 * changed.
 */
export type Drift = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const missing = "missing";
const extra = "not made by the bundle";

/** Returns differences in the form of the state and the CLI, each with its severity. */
export function driftOf(differences: readonly CatalogDifference[]): Drift {
  return Object.fromEntries(
    [...byIdentity(differences)].map(([identity, group]) => [identity, describe(identity, group)]),
  );
}

function describe(identity: string, group: readonly CatalogDifference[]): string | Record<string, string> {
  const [first] = group;
  if (first?.kind === "missing") return marked(missing, first);
  if (first?.kind === "extra") {
    const text = objectText(partsOfIdentity(identity).kind, asObject(first.live));
    return marked(text === "" ? extra : `${extra}: ${text}`, first);
  }
  return Object.fromEntries(
    group.map((difference) => {
      const { property = "", expected, live } = difference;
      return [property, marked(changeText(property, asValue(expected), asValue(live)), difference)];
    }),
  );
}

/** Returns a text of several lines as a diff, with their line endings. */
function marked(text: string, difference: CatalogDifference): string {
  return `${text}${text.includes("\n") ? "\n" : " "}[${severityOf(difference)}]`;
}

/**
 * Returns drift as lines, one per change, the most severe first: severity, path and the first line of what happened.
 */
export function driftLines(drift: Drift): string[] {
  const changes = driftPaths(drift).map(({ identity, property }) => {
    const text = driftAt(drift, identity, property) ?? "";
    const { change, severity: name, author } = parseDriftText(text);
    const severity = severities.find((one) => one === name) ?? "changes";
    const lines = change.split("\n");
    const what = lines.length === 1 ? lines[0] : `${lines.length} lines differ`;
    const where = `${escapeControls(identity)}${property === undefined ? "" : `, ${property}`}`;
    const by = author === undefined ? "" : ` (${author})`;
    return { severity, line: `${severity.padEnd(7)}  ${where}: ${what}${by}` };
  });
  return severities.flatMap((name) =>
    changes.filter(({ severity }) => severity === name).map(({ line }) => line),
  );
}

/**
 * Returns a drift with the author of each change after its severity. The client chooses the name of its application, so it
 * must not end the note early: its brackets become parentheses.
 *
 * @param authors key of the change → the author, as text; changes that are not included have none
 */
export function withAuthors(drift: Drift, authors: ReadonlyMap<string, string>): Drift {
  const signed = (change: string, path: ChangedPath) => {
    const author = authors.get(authorKey(path))?.replaceAll("[", "(").replaceAll("]", ")");
    return author === undefined ? change : change.replace(/\]$/, () => `; ${author}]`);
  };
  return Object.fromEntries(
    Object.entries(drift).map(([identity, text]) => [
      identity,
      typeof text === "string"
        ? signed(text, { identity })
        : Object.fromEntries(
            Object.entries(text).map(([property, change]) => [
              property,
              signed(change, { identity, property }),
            ]),
          ),
    ]),
  );
}

/** Returns what happened to each object in a drift. */
export function driftKinds(drift: Drift): Pick<CatalogDifference, "identity" | "kind">[] {
  return Object.entries(drift).map(([identity, text]) => ({
    identity,
    kind: kindOf(text),
  }));
}

function kindOf(text: Drift[string]): CatalogDifference["kind"] {
  if (typeof text !== "string") return "changed";
  return text.startsWith(missing) ? "missing" : text.startsWith(extra) ? "extra" : "changed";
}

/** Returns the paths of a drift in Pulumi's notation: identity, and property if one changed. */
export function driftPaths(drift: Drift): { identity: string; property?: string }[] {
  return Object.entries(drift).flatMap(([identity, text]) =>
    typeof text === "string" ? [{ identity }] : Object.keys(text).map((property) => ({ identity, property })),
  );
}

/** Returns the text of a drift at a path. */
export function driftAt(drift: Drift, identity: string, property: string | undefined): string | undefined {
  const text = drift[identity];
  if (property === undefined) return typeof text === "string" ? text : undefined;
  return typeof text === "object" ? text[property] : undefined;
}

/** Parses a drift from the outputs of a state. */
export function driftFrom(value: Value | undefined): Drift {
  if (!isPropertyMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([identity, text]) => [
      identity,
      isPropertyMap(text)
        ? Object.fromEntries(Object.entries(text).map(([name, change]) => [name, String(change)]))
        : String(text),
    ]),
  );
}

function asObject(value: CatalogDifference["live"]): Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function asValue(value: CatalogDifference["live"]): JsonValue | undefined {
  return value as JsonValue | undefined;
}
