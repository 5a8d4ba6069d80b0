import type { DefElem, Node } from "libpg-query";
import { partsOfIdentity } from "../../catalog";
import { nameOf } from "../../source/declaredObjects";
import { nameWithoutArguments, quote } from "../../source/identifiers";
import type { SearchPath } from "../../source/searchPath";
import { type ArgumentTypes, areSameTypes, typesIn } from "./argumentTypes";
import { qualifiedName } from "./qualifiedNames";

/** An object that a plain `create` creates, with its name in a form that statements and the catalog share. */
export interface PlainObject {
  readonly kind: string;
  /** Empty for a cast. */
  readonly name: string;
  /** Of a cast, and the operands of an operator. */
  readonly types?: ArgumentTypes;
}

/** Kinds whose names have a schema. */
const inSchemas: ReadonlySet<string> = new Set([
  "collation",
  "conversion",
  "operator",
  "statistics",
  "text search configuration",
  "text search dictionary",
]);

/** Returns whether an identity of the catalog is this object, which a statement with this search path creates. */
export function isPlainObject(
  { kind, name, types }: PlainObject,
  identity: string,
  path: SearchPath,
): boolean {
  const found = partsOfIdentity(identity);
  if (found.kind !== kind) return false;
  const full = inSchemas.has(kind) ? qualifiedName(name, path) : name;
  const own = kind === "operator" ? nameWithoutArguments(found.name) : found.name;
  if (kind !== "cast" && own !== full) return false;
  if (types === undefined) return true;
  const live = typesIn(identity);
  return live !== undefined && areSameTypes(types, live, path);
}

/** By the parser's type of the object, the kind in the catalog. */
const defined: Readonly<Record<string, string>> = {
  OBJECT_COLLATION: "collation",
  OBJECT_OPERATOR: "operator",
  OBJECT_TSCONFIGURATION: "text search configuration",
  OBJECT_TSDICTIONARY: "text search dictionary",
};

/**
 * Returns the object that a statement creates, for kinds whose `create` has no `or replace`, and of which the catalog
 * only has a hash, or whose extra objects may not be drift. Only superusers may create operator classes and base types.
 */
export function plainObject(node: Node): PlainObject | undefined {
  if ("DefineStmt" in node) {
    const { kind: type = "", defnames, definition, if_not_exists } = node.DefineStmt;
    const kind = defined[type];
    if (kind === undefined || if_not_exists === true) return undefined;
    return type === "OBJECT_OPERATOR"
      ? { kind, name: operatorName(defnames), types: operandsOf(definition) }
      : { kind, name: nameOf(defnames) };
  }
  if ("CreateCastStmt" in node) {
    const { sourcetype, targettype } = node.CreateCastStmt;
    return { kind: "cast", name: "", types: [sourcetype, targettype] };
  }
  if ("CreateConversionStmt" in node)
    return { kind: "conversion", name: nameOf(node.CreateConversionStmt.conversion_name) };
  if ("CreateForeignServerStmt" in node) {
    const { servername, if_not_exists } = node.CreateForeignServerStmt;
    return if_not_exists === true ? undefined : { kind: "server", name: quote(servername) };
  }
  if ("CreateUserMappingStmt" in node) {
    const { user, servername, if_not_exists } = node.CreateUserMappingStmt;
    if (if_not_exists === true) return undefined;
    // The catalog does not quote the name of the server.
    const role = user?.roletype === "ROLESPEC_PUBLIC" ? "public" : quote(user?.rolename);
    return { kind: "user mapping", name: `${role} on server ${servername}` };
  }
  if ("CreateRoleStmt" in node) return { kind: "role", name: quote(node.CreateRoleStmt.role) };
  if ("CreateFdwStmt" in node)
    return { kind: "foreign-data wrapper", name: quote(node.CreateFdwStmt.fdwname) };
  if ("CreateEventTrigStmt" in node)
    return { kind: "event trigger", name: quote(node.CreateEventTrigStmt.trigname) };
  if ("CreatePublicationStmt" in node)
    return { kind: "publication", name: quote(node.CreatePublicationStmt.pubname) };
  if ("CreateSchemaStmt" in node) return { kind: "schema", name: quote(node.CreateSchemaStmt.schemaname) };
  if ("CreateStatsStmt" in node) return { kind: "statistics", name: nameOf(node.CreateStatsStmt.defnames) };
  return undefined;
}

/** Returns the quoted name of an operator; its symbol is not quoted. */
function operatorName(names: readonly Node[] = []): string {
  const parts = names.flatMap((part) => ("String" in part ? [part.String.sval ?? ""] : []));
  return [...parts.slice(0, -1).map(quote), parts.at(-1) ?? ""].join(".");
}

/** Returns the types of an operator's operands. */
function operandsOf(options: readonly Node[] = []): ArgumentTypes {
  return ["leftarg", "rightarg"].map((name) => {
    const isNamed = (option: DefElem) => option.defname?.toLowerCase() === name;
    const found = options.find((option) => "DefElem" in option && isNamed(option.DefElem));
    const type = found !== undefined && "DefElem" in found ? found.DefElem.arg : undefined;
    return type !== undefined && "TypeName" in type ? type.TypeName : undefined;
  });
}
