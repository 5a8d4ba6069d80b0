import { type DeclaredObject, identityAsWritten } from "../../source/declaredObjects";
import { identifiersOf, nameWithoutArguments, quote } from "../../source/identifiers";
import type { SearchPath } from "../../source/searchPath";

/** Returns a name with its schema: without one, the first of the path; `undefined` if that is unknown. */
export function qualifiedName(name: string, path: SearchPath): string | undefined {
  if (identifiersOf(nameWithoutArguments(name)).length > 1) return name;
  return path[0] === undefined ? undefined : `${quote(path[0])}.${name}`;
}

const schemaless: ReadonlySet<string> = new Set(["event trigger", "publication", "cron job", "bucket"]);

/**
 * Returns the identities that a declared object can have, with schemas. A part of a table without a schema may be in any
 * schema of the path.
 */
export function identitiesOf(object: DeclaredObject, path: SearchPath): string[] {
  const { class: kind, name, on } = object;
  if (schemaless.has(kind)) return [identityAsWritten(object)];
  const isOfTable = on !== undefined || kind === "index";
  return (isOfTable ? path.map((schema) => [schema]) : [path]).flatMap((schemas) => {
    const full = qualifiedName(on ?? name, schemas);
    if (full === undefined) return [];
    return [identityAsWritten(on === undefined ? { ...object, name: full } : { ...object, on: full })];
  });
}
