/** What SQL quotes: strings with and without backslashes, names, and dollar-quoted strings. Comments are kept. */
const quoted =
  /(?<![\w$])[eE]'(?:\\[\s\S]|''|[^'\\])*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|(?<![\w$])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|)\$[\s\S]*?\$\1\$|--[^\n]*/g;

/**
 * Returns a text of the same length in which quoted parts are blanked, so statements and headings are never found inside a
 * comment, a function's body or a job's command, whose author is unknown.
 *
 * @param sql statements for `standard_conforming_strings = on`, as `pg_dump` and this program write them
 */
export function maskQuoted(sql: string): string {
  return replaceQuoted(sql, (found) => "x".repeat(found.length));
}

/** Replaces each quoted part, with its quotes. */
export function replaceQuoted(sql: string, replace: (found: string) => string): string {
  return sql.replaceAll(quoted, (found) => (found.startsWith("--") ? found : replace(found)));
}

/** Splits a script after each unquoted semicolon at the end of a line. */
export function splitStatements(script: string): string[] {
  const masked = maskQuoted(script);
  const statements: string[] = [];
  let start = 0;
  for (const { index } of masked.matchAll(/;[ \t]*(?:\n|$)/g)) {
    statements.push(script.slice(start, index + 1).trim());
    start = index + 1;
  }
  const rest = script.slice(start).trim();
  return rest === "" ? statements : [...statements, rest];
}

/** Returns a statement without the comment lines above it. */
export function withoutLeadingComments(statement: string): string {
  return statement.replace(/^(?:--[^\n]*\n)+/, "");
}

/** Returns the name of an identifier, quoted or not. */
export function unquoteIdentifier(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/** Returns the table and the column of `shop.orders.total`. */
export function splitColumn(name: string): { readonly table: string; readonly column: string } {
  const [, table = "", column = ""] = /^(.*)\.("(?:[^"]|"")*"|[^."]+)$/s.exec(name) ?? [];
  return { table, column };
}
