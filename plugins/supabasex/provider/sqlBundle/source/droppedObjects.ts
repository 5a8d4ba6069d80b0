import type { Node, TypeName } from "libpg-query";
import { nameOf } from "./declaredObjects";

/** Returns the name in a `drop`, quoted where necessary; empty for an object without a name, such as a cast. */
export function droppedName(object: Node): string {
  return nameOf(namesOf(object));
}

/**
 * Returns the types of the arguments in a `drop` of a routine, without their schemas; `undefined` if the statement names
 * none, or the object has none.
 */
export function droppedArguments(object: Node): string | undefined {
  if (!("ObjectWithArgs" in object) || object.ObjectWithArgs.args_unspecified === true) return undefined;
  return (object.ObjectWithArgs.objargs ?? [])
    .map((node) => ("TypeName" in node ? typeName(node.TypeName) : ""))
    .join(", ");
}

function namesOf(object: Node): readonly Node[] {
  if ("List" in object) return object.List.items ?? [];
  if ("TypeName" in object) return object.TypeName.names ?? [];
  if ("ObjectWithArgs" in object) return object.ObjectWithArgs.objname ?? [];
  return [object];
}

function typeName({ names = [], arrayBounds = [] }: TypeName): string {
  const last = names.at(-1);
  return (
    (last !== undefined && "String" in last ? (last.String.sval ?? "") : "") + "[]".repeat(arrayBounds.length)
  );
}
