import type { Node } from "libpg-query";
import { identifiersOf, nameWithoutArguments } from "../catalog/identity";
import { type DeclaredObject, identityAsWritten, quote, unquoted } from "./declaredObjects";
import type { BundleFile } from "./files";
import { statementsOf } from "./statements";
import { stringConstant } from "./stringConstant";

/** Plain names of schemas, in order; none if it is unknown. What a statement creates without a schema is in the first. */
export type SearchPath = readonly string[];

/** The default of a project. */
export const usualPath: SearchPath = ["public", "extensions"];

const known = new WeakMap<BundleFile, ReadonlyMap<Node, SearchPath>>();

/** Returns the search path with which a file's statement runs, as far as the file's text shows. */
export function pathOf(file: BundleFile, node: Node): SearchPath {
  let paths = known.get(file);
  if (paths === undefined) {
    paths = pathsIn(file);
    known.set(file, paths);
  }
  return paths.get(node) ?? usualPath;
}

function pathsIn(file: BundleFile): ReadonlyMap<Node, SearchPath> {
  const paths = new Map<Node, SearchPath>();
  let path = usualPath;
  for (const { node } of statementsOf(file)) {
    paths.set(node, path);
    path = pathAfter(node, path);
  }
  return paths;
}

function pathAfter(node: Node, path: SearchPath): SearchPath {
  if ("SelectStmt" in node) return configuredBy(node) ?? path;
  if (!("VariableSetStmt" in node)) return path;
  const { name, kind, args = [] } = node.VariableSetStmt;
  if (kind === "VAR_RESET_ALL") return usualPath;
  if (name !== "search_path") return path;
  if (kind !== "VAR_SET_VALUE") return usualPath;
  return schemasOf(args.map((arg) => stringConstant(arg) ?? ""));
}

/** Handles `select set_config('search_path', 'app, public', true)`. */
function configuredBy(node: Extract<Node, { SelectStmt: unknown }>): SearchPath | undefined {
  for (const target of node.SelectStmt.targetList ?? []) {
    const value = "ResTarget" in target ? target.ResTarget.val : undefined;
    if (value === undefined || !("FuncCall" in value)) continue;
    const { funcname = [], args = [] } = value.FuncCall;
    const last = funcname.at(-1);
    if (last === undefined || !("String" in last) || last.String.sval !== "set_config") continue;
    if (stringConstant(args[0]) !== "search_path") continue;
    const list = stringConstant(args[1]);
    return list === undefined ? [] : schemasOf(list.split(",").map((schema) => unquoted(schema.trim())));
  }
  return undefined;
}

function schemasOf(names: readonly string[]): SearchPath {
  return names.filter((name) => name !== "" && name !== "$user" && name !== "pg_catalog");
}

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
