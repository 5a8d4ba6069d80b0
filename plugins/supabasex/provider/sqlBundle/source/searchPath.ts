import type { Node } from "libpg-query";
import type { BundleFile } from "./files";
import { unquoted } from "./identifiers";
import { statementsOf, textOf } from "./statements";
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
  for (const statement of statementsOf(file)) {
    paths.set(statement.node, path);
    // The text of a block does not show which of its statements run.
    const isUnknown = "DoStmt" in statement.node && /search_path/i.test(textOf(file, statement));
    path = isUnknown ? [] : pathAfter(statement.node, path);
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
