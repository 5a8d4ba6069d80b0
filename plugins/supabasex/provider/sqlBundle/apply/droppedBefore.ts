import type { DropStmt, Node } from "libpg-query";
import { type Catalog, partsOfIdentity } from "../catalog";
import { droppedArguments, droppedName } from "../source/droppedObjects";
import type { BundleFile } from "../source/files";
import { parseSql } from "../source/parser";
import type { Statement } from "../source/statements";
import { bareName } from "./affectedFiles";

interface Catalogs {
  readonly expected: Catalog;
  /** The catalog in which the manual changes are undone. */
  readonly undone: Catalog;
}

/** Returns what a `drop` drops if none of it could be recreated, and the bundle made all of it; else nothing. */
export function droppedBefore(
  { serverMajor }: BundleFile,
  { node }: Statement,
  { expected, undone }: Catalogs,
): string[] {
  if (!("DropStmt" in node)) return [];
  const { removeType, objects = [] } = node.DropStmt;
  const missing = Object.keys(expected).flatMap((identity) => {
    const drop = undone[identity] === undefined ? dropOf(identity, serverMajor) : undefined;
    return drop === undefined ? [] : [{ identity, drop }];
  });
  const found = objects.map((object) =>
    missing.filter(({ drop }) => isOfKind(drop, removeType) && isSameObject(drop.objects?.[0], object)),
  );
  return found.every((some) => some.length > 0) ? found.flat().map(({ identity }) => identity) : [];
}

/** Returns the statement that would drop the object, so that both are written by the same parser. */
function dropOf(identity: string, serverMajor: number | undefined): DropStmt | undefined {
  const { kind, parent, name } = partsOfIdentity(identity);
  if (parent !== undefined) return undefined;
  try {
    const node = parseSql(`drop ${kind} ${name}`, serverMajor).stmts?.[0]?.stmt;
    return node !== undefined && "DropStmt" in node ? node.DropStmt : undefined;
  } catch {
    // An object that no `drop` with its name drops, such as the record of a file.
    return undefined;
  }
}

function isOfKind(made: DropStmt, dropped = ""): boolean {
  const removeType: string = made.removeType ?? "";
  const isRoutine = ["OBJECT_AGGREGATE", "OBJECT_FUNCTION", "OBJECT_PROCEDURE"].includes(removeType);
  if (dropped === "OBJECT_ROUTINE") return isRoutine;
  // To the catalog, a domain is a type.
  return (dropped === "OBJECT_DOMAIN" ? "OBJECT_TYPE" : dropped) === removeType;
}

function isSameObject(made: Node | undefined, dropped: Node): boolean {
  if (made === undefined) return false;
  const [full, name] = [droppedName(made), droppedName(dropped)];
  if (name === "" || (full !== name && bareName(full) !== name)) return false;
  const types = droppedArguments(dropped);
  return types === undefined || types === droppedArguments(made);
}
