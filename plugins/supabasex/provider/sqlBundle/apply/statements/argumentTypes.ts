import type { Node, TypeName } from "libpg-query";
import { parseAnywhere } from "../../source/parser";
import type { SearchPath } from "../../source/searchPath";
import { parsedDrop } from "./parsedDrop";

/** `undefined` for the missing operand of an operator. */
export type ArgumentTypes = readonly (TypeName | undefined)[];

/**
 * Returns the types in the identity of a routine, an operator or a cast; `undefined` if only its server's parser knows one.
 */
export function typesIn(identity: string): ArgumentTypes | undefined {
  const [object] = parsedDrop(identity, parseAnywhere)?.objects ?? [];
  if (object === undefined) return undefined;
  if ("List" in object) return (object.List.items ?? []).map(typeOf);
  if (!("ObjectWithArgs" in object) || object.ObjectWithArgs.args_unspecified === true) return undefined;
  return (object.ObjectWithArgs.objargs ?? []).map(typeOf);
}

/** @param node - null or empty for `none` */
function typeOf(node: Node | null): TypeName | undefined {
  return node !== null && "TypeName" in node ? node.TypeName : undefined;
}

/** Returns whether types in a statement can be those of the catalog. */
export function areSameTypes(written: ArgumentTypes, live: ArgumentTypes, path: SearchPath): boolean {
  return written.length === live.length && written.every((type, at) => isSameType(type, live[at], path));
}

function isSameType(written: TypeName | undefined, live: TypeName | undefined, path: SearchPath): boolean {
  if (written === undefined || live === undefined) return written === live;
  const [{ schema, name }, { schema: liveSchema = "pg_catalog", name: liveName }] = [
    named(written),
    named(live),
  ];
  const isArray = (written.arrayBounds ?? []).length > 0;
  if (name !== liveName || isArray !== (live.arrayBounds ?? []).length > 0) return false;
  return schema === undefined
    ? liveSchema === "pg_catalog" || path.includes(liveSchema)
    : schema === liveSchema;
}

function named({ names = [] }: TypeName): { schema?: string | undefined; name: string | undefined } {
  const parts = names.flatMap((part) => ("String" in part ? [part.String.sval ?? ""] : []));
  return { schema: parts.at(-2), name: parts.at(-1) };
}
