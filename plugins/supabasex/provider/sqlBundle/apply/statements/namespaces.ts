import { routineKinds } from "../../catalog";
import type { OwnedObject } from "../../history/history";
import { type DeclaredObject, objectKey } from "../../source/declaredObjects";
import { nameWithoutArguments } from "../../source/identifiers";

/** Returns a name with the class: a function that becomes a procedure of the same name is another object. */
export function classedKey(object: DeclaredObject): string {
  return `${object.class}: ${objectKey(object)}`;
}

/**
 * Returns those objects whose name a declaration needs although it declares another object: other arguments, another
 * class.
 */
export function inTheWay(
  objects: readonly OwnedObject[],
  declared: readonly DeclaredObject[],
): OwnedObject[] {
  const names = new Set(declared.map(nameInItsNamespace));
  return objects.filter((object) => names.has(nameInItsNamespace(object)));
}

const relationsAndTypes: ReadonlySet<string> = new Set([
  "view",
  "materialized view",
  "index",
  "type",
  "domain",
]);

function nameInItsNamespace(object: DeclaredObject): string {
  if (routineKinds.has(object.class)) return `routine ${nameWithoutArguments(object.name)}`;
  if (relationsAndTypes.has(object.class)) return `relation ${object.name}`;
  return classedKey(object);
}
