import type { DropStmt, Node } from "libpg-query";
import { partsOfIdentity } from "../../catalog";
import { droppedArguments, droppedName } from "../../source/droppedObjects";
import { bareName } from "../../source/identifiers";
import { parseSql } from "../../source/parser";
import { parsedDrop } from "./parsedDrop";

/** An object in the list of a `drop`. */
export interface DroppedObject {
  readonly removeType: DropStmt["removeType"];
  readonly object: Node;
  readonly serverMajor: number | undefined;
}

/**
 * Returns whether a `drop` names an object of the catalog: of this kind, with this name, with or without its schema,
 * and for a routine with these arguments, if the statement has any.
 */
export function namesDropped({ removeType, object, serverMajor }: DroppedObject, identity: string): boolean {
  const name = droppedName(object);
  const { parent, name: own } = partsOfIdentity(identity);
  // Most objects have another name, and need no parser.
  if (name === "" || parent !== undefined || bareName(own) !== bareName(name)) return false;
  // Both are written by the same parser.
  const made = parsedDrop(identity, (text) => parseSql(text, serverMajor));
  const [one] = made?.objects ?? [];
  if (made === undefined || one === undefined || !isOfKind(made.removeType, removeType)) return false;
  const full = droppedName(one);
  if (full !== name && bareName(full) !== name) return false;
  const types = droppedArguments(object);
  return types === undefined || types === droppedArguments(one);
}

function isOfKind(made = "", dropped = ""): boolean {
  const isRoutine = ["OBJECT_AGGREGATE", "OBJECT_FUNCTION", "OBJECT_PROCEDURE"].includes(made);
  if (dropped === "OBJECT_ROUTINE") return isRoutine;
  // To the catalog, a domain is a type.
  return (dropped === "OBJECT_DOMAIN" ? "OBJECT_TYPE" : dropped) === made;
}
