import type { Node, TypeName } from "libpg-query";
import { nameWithoutArguments, partsOfIdentity } from "../catalog";
import { nameOf, quote } from "../source/declaredObjects";
import { parseAnywhere } from "../source/parser";

/** An object that a plain `create` creates, with its name in a form that statements and the catalog share. */
export interface PlainObject {
  readonly kind: string;
  readonly name: string;
}

/** Returns whether an identity of the catalog is this object. Argument types of operators are not compared. */
export function isPlainObject({ kind, name }: PlainObject, identity: string): boolean {
  if (partsOfIdentity(identity).kind !== kind) return false;
  const found = comparableName(identity);
  return found === name || (!/[."( ]/.test(name) && found.endsWith(`.${name}`));
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
 * only has a hash, or whose extra objects are not drift. Only superusers may create operator classes and base types.
 */
export function plainObject(node: Node): PlainObject | undefined {
  if ("DefineStmt" in node) {
    const { kind: type = "", defnames, if_not_exists } = node.DefineStmt;
    const kind = defined[type];
    if (kind === undefined || if_not_exists === true) return undefined;
    return { kind, name: type === "OBJECT_OPERATOR" ? operatorName(defnames) : nameOf(defnames) };
  }
  if ("CreateCastStmt" in node) {
    const { sourcetype, targettype } = node.CreateCastStmt;
    return { kind: "cast", name: [sourcetype, targettype].map(bareType).join(" ") };
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
    return { kind: "foreign data wrapper", name: quote(node.CreateFdwStmt.fdwname) };
  if ("CreateEventTrigStmt" in node)
    return { kind: "event trigger", name: quote(node.CreateEventTrigStmt.trigname) };
  if ("CreatePublicationStmt" in node)
    return { kind: "publication", name: quote(node.CreatePublicationStmt.pubname) };
  if ("CreateSchemaStmt" in node) return { kind: "schema", name: quote(node.CreateSchemaStmt.schemaname) };
  if ("CreateStatsStmt" in node) return { kind: "statistics", name: nameOf(node.CreateStatsStmt.defnames) };
  return undefined;
}

/** The symbol of an operator is not quoted. */
function operatorName(names: readonly Node[] = []): string {
  const parts = names.flatMap((part) => ("String" in part ? [part.String.sval ?? ""] : []));
  return [...parts.slice(0, -1).map(quote), parts.at(-1) ?? ""].join(".");
}

function comparableName(identity: string): string {
  const { kind, name } = partsOfIdentity(identity);
  if (kind === "operator") return nameWithoutArguments(name);
  return kind === "cast" ? castName(name) : name;
}

/** Returns the types of a cast, `(shared.money AS text)`, as the parser names them. */
function castName(types: string): string {
  try {
    const node = parseAnywhere(`drop cast ${types}`).stmts?.[0]?.stmt;
    const [list] = node !== undefined && "DropStmt" in node ? (node.DropStmt.objects ?? []) : [];
    const items = list !== undefined && "List" in list ? (list.List.items ?? []) : [];
    return items.map((item) => ("TypeName" in item ? bareType(item.TypeName) : "")).join(" ");
  } catch {
    // A name that only its server's parser knows.
    return types;
  }
}

/** Returns the name of a type without its schema: the catalog omits one that is on the search path. */
function bareType(type: TypeName | undefined): string {
  const last = type?.names?.at(-1);
  const name = last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
  return name + "[]".repeat(type?.arrayBounds?.length ?? 0);
}
