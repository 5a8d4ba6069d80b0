import {
  type Catalog,
  type ObjectIdentity,
  partsOfIdentity,
  printIdentity,
  splitName,
  touchedProperties,
} from "../catalog";
import { holderOfName } from "./holderOfName";

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
  const should = expected[printIdentity(object)];
  if (touchedProperties(should ?? {}) !== undefined)
    return `its name is ${liveName}, and this bundle did not create it: rename it back, or state the rename in a migration`;
  const holder = holderOfName(object, should, live);
  if (holder === undefined) return undefined;
  return `its name is ${liveName}, and ${printIdentity(holder)} has its former name: drop or rename the ${holder.kind}`;
}
