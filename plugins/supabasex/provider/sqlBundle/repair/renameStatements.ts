import {
  type Catalog,
  type ObjectIdentity,
  partsOfIdentity,
  printIdentity,
  splitName,
  touchedProperties,
} from "../catalog";
import { relations } from "./inTheWay";

/** Returns the statements that restore an object's expected name; `isDomain` for a constraint of a domain. */
export function renameStatements(object: ObjectIdentity, live: string, isDomain: boolean): string[] {
  const { kind, name, parent } = object;
  switch (kind) {
    case "column":
      return [`alter table ${parent} rename column ${live} to ${name}`];
    case "constraint":
      return [`alter ${isDomain ? "domain" : "table"} ${parent} rename constraint ${live} to ${name}`];
    case "policy":
    case "trigger":
    case "rule":
      return [`alter ${kind} ${live} on ${parent} rename to ${name}`];
  }
  if (object.schema === undefined || kind === "schema") return [`alter ${kind} ${live} rename to ${name}`];
  const [schema, bare] = splitName(object);
  const [liveSchema, liveBare, rest] = splitName(partsOfIdentity(`${kind} ${live}`));
  return [
    ...(liveSchema === schema ? [] : [`alter ${kind} ${live} set schema ${schema}`]),
    ...(liveBare === bare ? [] : [`alter ${kind} ${schema}.${liveBare}${rest} rename to ${bare}`]),
  ];
}

/** Returns why an object cannot be renamed back; `undefined` if the catalog shows no obstacle. */
export function obstacleToRename(
  object: ObjectIdentity,
  liveName: string,
  expected: Catalog,
  { live }: { readonly live: Catalog },
): string | undefined {
  if (touchedProperties(expected[printIdentity(object)] ?? {}) !== undefined)
    return `its name is ${liveName}, and this bundle did not create it: rename it back, or state the rename in a migration`;
  const taken = holderOfName(object, live);
  if (taken === undefined) return undefined;
  return `its name is ${liveName}, and ${taken} has its former name: drop or rename the ${taken.slice(0, taken.indexOf(object.name) - 1)}`;
}

/** Returns the identity of the object of another kind that has the name. */
export function holderOfName({ kind, name }: ObjectIdentity, live: Catalog): string | undefined {
  const kinds = relations.has(kind) ? [...relations] : [];
  return kinds
    .filter((other) => other !== kind)
    .map((other) => `${other} ${name}`)
    .find((identity) => live[identity] !== undefined);
}
