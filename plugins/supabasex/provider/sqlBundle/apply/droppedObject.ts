import type { DropStmt, Node } from "libpg-query";
import { inDropStatement, partsOfIdentity } from "../catalog";
import { droppedArguments, droppedName } from "../source/droppedObjects";
import { parseSql } from "../source/parser";
import { bareName } from "./affectedFiles";

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
  const made = dropOf(identity, serverMajor);
  const [one] = made?.objects ?? [];
  if (made === undefined || one === undefined || !isOfKind(made.removeType, removeType)) return false;
  const full = droppedName(one);
  if (full !== name && bareName(full) !== name) return false;
  const types = droppedArguments(object);
  return types === undefined || types === droppedArguments(one);
}

/** Returns the statement that would drop the object, so that both are written by the same parser. */
function dropOf(identity: string, serverMajor: number | undefined): DropStmt | undefined {
  const { kind, name } = partsOfIdentity(identity);
  try {
    const node = parseSql(`drop ${inDropStatement(kind, name)}`, serverMajor).stmts?.[0]?.stmt;
    return node !== undefined && "DropStmt" in node ? node.DropStmt : undefined;
  } catch {
    // An object that no `drop` with its name drops, such as the record of a file.
    return undefined;
  }
}

function isOfKind(made = "", dropped = ""): boolean {
  const isRoutine = ["OBJECT_AGGREGATE", "OBJECT_FUNCTION", "OBJECT_PROCEDURE"].includes(made);
  if (dropped === "OBJECT_ROUTINE") return isRoutine;
  // To the catalog, a domain is a type.
  return (dropped === "OBJECT_DOMAIN" ? "OBJECT_TYPE" : dropped) === made;
}
