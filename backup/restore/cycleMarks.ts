import pg from "pg";
import { maskQuoted, unquoteIdentifier } from "../postgres/sqlText";

const { escapeIdentifier } = pg;

/** `TO 'yes'::text DEFAULT 'no'::text USING` in text whose quoted parts are masked. */
const marks = /\bTO (x+::[^\n;]+?|[\w.]+) DEFAULT (x+::[^\n;]+?|[\w.]+)(?= USING )/g;

/**
 * Returns SQL with cycle marks that PostgreSQL can read. It writes the values of `cycle … set … to … default …` as
 * `'yes'::text`, and reads only constants, such as `text 'yes'`, so neither `pg_restore` nor `psql` can create the view
 * or the function.
 */
export function withReadableCycleMarks(sql: string): string {
  if (!/\bCYCLE\b/.test(sql)) return sql;
  let readable = "";
  let end = 0;
  for (const { index, 0: all, 1: mark = "", 2: other = "" } of maskQuoted(sql).matchAll(marks)) {
    const at = index + "TO ".length;
    const next = index + all.length;
    const [first, second] = [sql.slice(at, at + mark.length), sql.slice(next - other.length, next)];
    readable += `${sql.slice(end, index)}TO ${constantOf(first)} DEFAULT ${constantOf(second)}`;
    end = next;
  }
  return readable + sql.slice(end);
}

/** Returns `text 'yes'` for `'yes'::text`, and any other constant unchanged. */
function constantOf(value: string): string {
  const [, text, type = ""] = /^(E?'(?:[^']|'')*')::(.*)$/s.exec(value) ?? [];
  return text === undefined ? value : `${typeOf(type)} ${text}`;
}

/** Types that SQL and the catalog name differently. */
const catalogNames: Readonly<Record<string, string>> = {
  bigint: "int8",
  "bit varying": "varbit",
  boolean: "bool",
  character: "bpchar",
  "character varying": "varchar",
  "double precision": "float8",
  integer: "int4",
  real: "float4",
  smallint: "int2",
  "time with time zone": "timetz",
  "time without time zone": "time",
  "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamp",
};

/**
 * Returns the type of a constant: `pg_catalog._int4` for `integer[]`, because PostgreSQL does not read `integer[] '{1}'`.
 * An array type has the name of its elements' type after an underscore, unless that was taken or is too long.
 */
function typeOf(type: string): string {
  const [, name, length = "", rest = ""] =
    /^(.+?)(\([\d,]+\))?( with(?:out)? time zone)?\[\]$/s.exec(type) ?? [];
  if (name === undefined) return type;
  const [, schema = "pg_catalog.", element = name] =
    /^((?:"(?:[^"]|"")*"|[^".]+)\.)?([^.]+|"(?:[^"]|"")*")$/s.exec(name) ?? [];
  const unquoted = unquoteIdentifier(catalogNames[name + rest] ?? element);
  return `${schema}${escapeIdentifier(`_${unquoted}`)}${length}`;
}
