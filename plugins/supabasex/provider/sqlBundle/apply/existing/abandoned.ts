import type { Node } from "libpg-query";
import { dropStatement } from "../../catalog/objects";
import type { OwnedObject } from "../../history/history";
import { createdRelation } from "../../source/createdRelation";
import {
  type DeclaredObject,
  declarations,
  declarationsOf,
  objectKey,
  relationName,
} from "../../source/declaredObjects";
import type { SearchPath } from "../../source/searchPath";
import { inTheWay } from "../statements/namespaces";
import { qualifiedName } from "../statements/qualifiedNames";
import type { KnownFiles } from "./knownFiles";

/**
 * Returns the statements that drop what a repeatable created and no file creates any more, if a migration's statement needs its
 * name. On an empty database the object never exists; here it would otherwise be dropped only after the migrations.
 */
export function dropsOfAbandoned(
  node: Node,
  path: SearchPath,
  {
    history,
    repeatables,
    base,
    allowAhead,
  }: Pick<KnownFiles, "history" | "repeatables" | "base" | "allowAhead">,
): string[] {
  if (allowAhead) return [];
  const claimed = [...declarations(node), ...relationsOf(node)].map((object) => qualified(object, path));
  if (claimed.length === 0) return [];
  const declared = new Set(repeatables.flatMap((file) => declarationsOf(file).map(objectKey)));
  const made = [...history.files.values()].flatMap(({ objects }) => objects);
  const isAbandoned = (object: OwnedObject) =>
    !declared.has(objectKey(object)) &&
    // A migration created it, too.
    (object.identity === undefined || (base[object.identity] ?? null) === null);
  return inTheWay(made.filter(isAbandoned), claimed).flatMap((object) => dropStatement(object) ?? []);
}

/** Returns the table or sequence that a statement creates, whose name no view may have. */
function relationsOf(node: Node): DeclaredObject[] {
  const created = createdRelation(node);
  return created?.relation === undefined ? [] : [{ class: "view", name: relationName(created.relation) }];
}

function qualified(object: DeclaredObject, path: SearchPath): DeclaredObject {
  const { name, on } = object;
  if (on !== undefined) return { ...object, on: qualifiedName(on, path) ?? on };
  return { ...object, name: qualifiedName(name, path) ?? name };
}
