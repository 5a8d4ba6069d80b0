import type { Node } from "libpg-query";
import { parsePlpgsql, parseSql } from "./parser";
import { stringConstant } from "./stringConstant";

/** A statement in the body of a `do` block. */
export interface BlockStatement {
  readonly node: Node;
  readonly text: string;
}

/** Steps of PL/pgSQL that run no code except the statements and expressions that they contain. */
const plainSteps: ReadonlySet<string> = new Set([
  "PLpgSQL_stmt_block",
  "PLpgSQL_stmt_execsql",
  "PLpgSQL_stmt_if",
  "PLpgSQL_stmt_raise",
  "PLpgSQL_stmt_return",
]);

/**
 * Statements that set a property of an object that they name. Objects that others create, drop or write in a block, such as the
 * column of an `alter table`, are not declared by any file.
 */
const setting: ReadonlySet<string> = new Set([
  "AlterDatabaseSetStmt",
  "AlterOwnerStmt",
  "AlterRoleSetStmt",
  "CommentStmt",
  "GrantStmt",
]);

/**
 * Returns the statements that a `do` block may run. Returns undefined if the text does not show them all, or one does more than
 * set a property: if the block runs a text that it composes, calls a function, loops, or is not written in PL/pgSQL. The
 * parser must have been loaded.
 */
export function blockStatements(
  node: Node,
  text: string,
  serverMajor: number | undefined,
): readonly BlockStatement[] | undefined {
  if (!("DoStmt" in node) || namesLanguage(node.DoStmt.args ?? [])) return undefined;
  try {
    const found: BlockStatement[] = [];
    const isKnown = collect(parsePlpgsql(text), serverMajor, found);
    return isKnown ? found : undefined;
  } catch {
    // Another language, or a body that the server will refuse.
    return undefined;
  }
}

/** Returns whether a block names its language, which defaults to PL/pgSQL. */
function namesLanguage(options: readonly Node[]): boolean {
  return options.some((option) => "DefElem" in option && option.DefElem.defname === "language");
}

/** Adds the statements below a node of the body's tree. Returns whether these are all that it may run. */
function collect(value: unknown, serverMajor: number | undefined, found: BlockStatement[]): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, part]) => {
    if (name.startsWith("PLpgSQL_stmt_") && !plainSteps.has(name)) return false;
    // The parser omits the default value, which may be a call, of each type that is not built in.
    if (name === "PLpgSQL_rec" || name === "PLpgSQL_row") return false;
    if (name === "PLpgSQL_stmt_execsql") {
      const statement = parsed(queryOf(part.sqlstmt), serverMajor);
      found.push(statement);
      return setting.has(Object.keys(statement.node)[0] ?? "");
    }
    if (name === "PLpgSQL_expr") return !mayCall(parsed(`select ${part.query}`, serverMajor).node);
    return collect(part, serverMajor, found);
  });
}

/**
 * Returns the statements whose text a `do` block contains, also as a string that it executes. It may run more than these.
 * The parser must have been loaded.
 */
export function statementsInBlock(text: string, serverMajor: number | undefined): readonly Node[] {
  try {
    return queriesIn(parsePlpgsql(text), serverMajor).flatMap(
      (query) => statementOf(query, serverMajor) ?? [],
    );
  } catch {
    // Another language, or a body that the server will refuse.
    return [];
  }
}

function queriesIn(value: unknown, serverMajor: number | undefined): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === "PLpgSQL_stmt_execsql") return [queryOf(part.sqlstmt)];
    if (name === "PLpgSQL_stmt_dynexecute") return executedString(queryOf(part.query), serverMajor) ?? [];
    return queriesIn(part, serverMajor);
  });
}

/** Returns the text that `execute` runs, if its expression is a string. */
function executedString(expression: string, serverMajor: number | undefined): string | undefined {
  const node = statementOf(`select ${expression}`, serverMajor);
  const target = node !== undefined && "SelectStmt" in node ? node.SelectStmt.targetList?.[0] : undefined;
  return target !== undefined && "ResTarget" in target ? stringConstant(target.ResTarget.val) : undefined;
}

function statementOf(query: string, serverMajor: number | undefined): Node | undefined {
  try {
    return parsed(query, serverMajor).node;
  } catch {
    // A syntax of PL/pgSQL, or of another version.
    return undefined;
  }
}

function queryOf(expression: { readonly PLpgSQL_expr: { readonly query: string } }): string {
  return expression.PLpgSQL_expr.query;
}

function parsed(text: string, serverMajor: number | undefined): BlockStatement {
  const [statement, ...others] = parseSql(text, serverMajor).stmts ?? [];
  if (statement?.stmt === undefined || others.length > 0) throw new Error("Not one statement.");
  return { node: statement.stmt, text };
}

const calling: ReadonlySet<string> = new Set(["FuncCall", "RangeVar", "SubLink"]);

/** Returns whether an expression calls a function or reads a relation, which may be a view that calls one. */
function mayCall(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, part]) => calling.has(name) || mayCall(part));
}
