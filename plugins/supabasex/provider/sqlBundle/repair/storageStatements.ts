import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "../catalog";
import { literal } from "../catalog/objects";
import { quote } from "../source/identifiers";
import { text } from "./createStatement";

/** Returns the statements for storage parameters, and for options of a view. */
export function relationOptions(
  target: string,
  value: JsonValue | undefined,
  live: JsonValue | undefined,
): string[] {
  const [should, is] = [isJsonObject(value) ? value : {}, isJsonObject(live) ? live : {}];
  const set = Object.entries(should).filter(([option, setting]) => is[option] !== setting);
  const reset = Object.keys(is).filter((option) => should[option] === undefined);
  return [
    ...(reset.length > 0 ? [`alter ${target} reset (${reset.join(", ")})`] : []),
    ...(set.length > 0
      ? [
          `alter ${target} set (${set.map(([option, setting]) => `${option} = ${literal(text(setting))}`).join(", ")})`,
        ]
      : []),
  ];
}

/** Returns the statements for how the rows of a table or materialized view are stored, which keep the rows. */
export function alterStorage(
  target: string,
  property: string,
  value: JsonValue | undefined,
  { live }: { readonly live: CatalogObject },
): string[] | undefined {
  switch (property) {
    case "toastOptions":
      return relationOptions(target, toastNames(value), toastNames(live.toastOptions));
    case "accessMethod":
      return [`alter ${target} set access method ${value === undefined ? "heap" : text(value)}`];
    default:
      return undefined;
  }
}

function toastNames(options: JsonValue | undefined): JsonObject {
  const known = isJsonObject(options) ? options : {};
  return Object.fromEntries(Object.entries(known).map(([name, value]) => [`toast.${name}`, value]));
}

/** Returns the statement for the options that a foreign data wrapper defines. */
export function wrapperOptions(
  alter: string,
  value: JsonValue | undefined,
  live: JsonValue | undefined,
): string[] {
  const [should, is] = [isJsonObject(value) ? value : {}, isJsonObject(live) ? live : {}];
  const steps = [
    ...Object.keys(is)
      .filter((option) => should[option] === undefined)
      .map((option) => `drop ${quote(option)}`),
    ...Object.entries(should)
      .filter(([option, setting]) => is[option] !== setting)
      .map(
        ([option, setting]) =>
          `${is[option] === undefined ? "add" : "set"} ${quote(option)} ${literal(text(setting))}`,
      ),
  ];
  return [`${alter} options (${steps.join(", ")})`];
}

/** Returns the statements for the statistics targets of the expressions of an index. */
export function indexTargets(
  alter: string,
  value: JsonValue | undefined,
  live: JsonValue | undefined,
): string[] {
  const [should, is] = [isJsonObject(value) ? value : {}, isJsonObject(live) ? live : {}];
  return [...new Set([...Object.keys(should), ...Object.keys(is)])]
    .filter((column) => should[column] !== is[column])
    .map((column) => `${alter} alter column ${column} set statistics ${targetOf(should[column])}`);
}

/** Returns a statistics target; without one, the server's default applies. */
export function targetOf(value: JsonValue | undefined): string {
  return value === undefined ? "-1" : text(value);
}
