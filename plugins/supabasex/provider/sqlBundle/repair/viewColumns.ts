import type { Node, SelectStmt } from "libpg-query";
import type { JsonValue } from "../../../../../foundation/json";
import { quote } from "../source/identifiers";
import { parseSql } from "../source/parser";

/**
 * Returns statements that give the columns of a view their expected names; none if the names cannot be told, or one is
 * taken. `create or replace` cannot rename a column, and the view cannot be dropped if others read it.
 */
export function renameViewColumns(
  view: string,
  expected: JsonValue | undefined,
  live: JsonValue | undefined,
): string[] {
  const [wanted, found] = [columnsOf(expected), columnsOf(live)];
  const renamed = found.flatMap((name, at) => (name === wanted[at] ? [] : [{ from: name, to: wanted[at] }]));
  if (renamed.some(({ to }) => to === undefined || found.includes(to))) return [];
  return renamed.map(({ from, to }) => `alter view ${view} rename column ${quote(from)} to ${quote(to)}`);
}

/** Returns the names of a view's columns. The server prints one for each column that is not simply another one. */
function columnsOf(definition: JsonValue | undefined): string[] {
  if (typeof definition !== "string") return [];
  try {
    const node = parseSql(definition).stmts?.[0]?.stmt;
    const names = node !== undefined && "SelectStmt" in node ? namesIn(node.SelectStmt) : [];
    return names.includes("") ? [] : names;
  } catch {
    // A syntax of another version.
    return [];
  }
}

function namesIn({ larg, targetList = [] }: SelectStmt): string[] {
  return larg === undefined ? targetList.map(nameOf) : namesIn(larg);
}

function nameOf(target: Node): string {
  const { name, val } = "ResTarget" in target ? target.ResTarget : {};
  const last = val !== undefined && "ColumnRef" in val ? val.ColumnRef.fields?.at(-1) : undefined;
  return name ?? (last !== undefined && "String" in last ? last.String.sval : undefined) ?? "";
}
