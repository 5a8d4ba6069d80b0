import { maskQuoted } from "../postgres/sqlText";

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
  const [, text, type] = /^(E?'(?:[^']|'')*')::(.*)$/s.exec(value) ?? [];
  return text === undefined ? value : `${type} ${text}`;
}
