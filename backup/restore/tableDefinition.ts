import { maskQuoted, splitStatements, unquoteIdentifier } from "../postgres/sqlText";

/** The statements of an archive's entry that creates a table, divided into parts. */
export interface TableDefinition {
  /** Quoted and qualified. */
  readonly name: string;
  /** Everything to the parenthesis that opens the list of columns. */
  readonly start: string;
  /** Columns by name, with their type, default and so on. */
  readonly columns: ReadonlyMap<string, string>;
  /** `CONSTRAINT … CHECK …` */
  readonly constraints: readonly string[];
  /** Everything from the parenthesis that closes the list to the end of the statement. */
  readonly end: string;
  /** The statements that follow. */
  readonly rest: readonly string[];
}

const beginning = /^CREATE (?:(?:UNLOGGED|FOREIGN) )?TABLE ([^\n]+) \(\n/m;

/** Returns the parts of an entry; undefined if it creates no table with a list of columns, such as one of a type. */
export function parseTable(sql: string): TableDefinition | undefined {
  // Of the same length.
  const masked = maskQuoted(sql);
  const found = beginning.exec(masked);
  if (found === null) return undefined;
  const listStart = found.index + found[0].length;
  const { parts, listEnd } = splitList(masked, listStart);
  if (listEnd === undefined) return undefined;
  const items = parts.map(([from, to]) => sql.slice(from, to).trim()).filter((item) => item !== "");
  const [create = "", ...rest] = splitStatements(sql.slice(listEnd));
  const nameStart = found.index + found[0].length - (found[1]?.length ?? 0) - " (\n".length;
  const columns = items.filter((item) => !item.startsWith("CONSTRAINT "));
  return {
    name: sql.slice(nameStart, listStart - " (\n".length),
    start: sql.slice(0, listStart - 1),
    columns: new Map(columns.map((item) => [unquoteIdentifier(identifier.exec(item)?.[0] ?? ""), item])),
    constraints: items.filter((item) => item.startsWith("CONSTRAINT ")),
    end: create,
    rest,
  };
}

const identifier = /^(?:"(?:[^"]|"")*"|[^\s"]+)/;

export interface ColumnDefinition {
  /** Quoted if necessary. */
  readonly name: string;
  readonly type: string;
  readonly isGenerated: boolean;
  readonly defaultValue: string | undefined;
  readonly withoutDefault: string;
}

/** Returns the parts of a column, as `pg_dump` writes it: the default is before NOT NULL and the collation. */
export function parseColumn(column: string): ColumnDefinition {
  const name = identifier.exec(column)?.[0] ?? "";
  const flat = maskNested(maskQuoted(column));
  const clause = flat.indexOf(" DEFAULT ");
  const value = clause + " DEFAULT ".length;
  const length = flat.slice(value).search(/ (?:NOT NULL|COLLATE|CONSTRAINT)\b|$/);
  const typeEnd = flat.search(/ (?:DEFAULT|GENERATED|NOT NULL|COLLATE|CONSTRAINT)\b|$/);
  return {
    name,
    type: column.slice(name.length + 1, typeEnd),
    isGenerated: / GENERATED\b/.test(flat),
    defaultValue: clause === -1 ? undefined : column.slice(value, value + length),
    withoutDefault: clause === -1 ? column : column.slice(0, clause) + column.slice(value + length),
  };
}

/** Returns a text of the same length in which everything in parentheses is blanked. */
function maskNested(masked: string): string {
  let depth = 0;
  return [...Array(masked.length).keys()]
    .map((at) => {
      const character = masked[at] ?? "";
      if (character === ")" || character === "]") depth -= 1;
      const kept = depth > 0 ? "x" : character;
      if (character === "(" || character === "[") depth += 1;
      return kept;
    })
    .join("");
}

/** Returns the positions of the elements of a list, and of the parenthesis that closes it. */
function splitList(
  masked: string,
  listStart: number,
): { readonly parts: (readonly [number, number])[]; readonly listEnd: number | undefined } {
  const parts: (readonly [number, number])[] = [];
  let start = listStart;
  let depth = 1;
  for (let at = listStart; at < masked.length; at += 1) {
    const character = masked[at];
    if (character === "(" || character === "[") depth += 1;
    if (character === ")" || character === "]") depth -= 1;
    if (depth === 0 || (depth === 1 && character === ",")) {
      parts.push([start, at]);
      start = at + 1;
    }
    if (depth === 0) return { parts, listEnd: at };
  }
  return { parts, listEnd: undefined };
}
