import type { IndexStmt } from "libpg-query";
import { ExecutionFailure, type Session } from "../session/session";
import { scanSql } from "../source/parser";

/** What determines the behaviour of an index, except its name and table; printed in the same way for both sides. */
const definition = `json_build_array(c.relam, i.indisunique, to_jsonb(i) -> 'indnullsnotdistinct', i.indnkeyatts,
  i.indclass::text, i.indcollation::text, i.indoption::text, pg_get_expr(i.indpred, i.indrelid), c.reloptions,
  (select json_agg(pg_get_indexdef(i.indexrelid, n, false) order by n) from generate_series(1, i.indnatts) n))::text`;

interface AskedIndex {
  /** Of the statement. */
  readonly text: string;
  readonly statement: IndexStmt;
  /** Whether a transaction is open. Default: no. */
  readonly inTransaction?: boolean;
}

interface IndexQuestion extends AskedIndex {
  /** The existing index. */
  readonly oid: number;
}

/**
 * Returns whether an existing index is the one that the file's statement asks for. The server decides: the statement
 * runs on an empty temporary table with the same columns, and both definitions are compared. Also false if the
 * statement cannot run there.
 */
export async function isAskedFor(session: Session, question: IndexQuestion): Promise<boolean> {
  const name = ident(question.statement.idxname);
  const compared = async () => {
    const { rows } = await session.work.query<{ definition: string }>(
      `select ${definition} as definition from pg_index i join pg_class c on c.oid = i.indexrelid
       where i.indexrelid = $1 or i.indexrelid = to_regclass($2)`,
      [question.oid, `pg_temp.${name}`],
    );
    return rows.length === 2 && rows[0]?.definition === rows[1]?.definition;
  };
  return (await onCopy(session, question, compared).catch(() => false)) ?? false;
}

/** Runs the statement on an empty copy of its table. Returns the server's error; `undefined` if it succeeds. */
export async function tryOnCopy(session: Session, index: AskedIndex): Promise<unknown> {
  return await onCopy(session, index, async () => undefined).catch((error: unknown) =>
    error instanceof ExecutionFailure ? error.cause : error,
  );
}

/** Runs `then` while the index exists on an empty copy of its table; `undefined` if the text cannot be parsed. */
async function onCopy<T>(
  session: Session,
  { text, statement, inTransaction = false }: AskedIndex,
  then: () => Promise<T>,
): Promise<T | undefined> {
  const table = statement.relation;
  const columns = afterTable(text);
  if (table === undefined || columns === undefined) return undefined;
  const name = ident(table.relname);
  const original = table.schemaname === undefined ? name : `${ident(table.schemaname)}.${name}`;
  await session.execute(inTransaction ? "savepoint asked" : "begin");
  try {
    await session.execute(
      `create temporary table ${name} (like ${original});
       create ${statement.unique === true ? "unique " : ""}index ${ident(statement.idxname)} on pg_temp.${name} ${columns}`,
    );
    return await then();
  } finally {
    await session.execute(
      inTransaction ? "rollback to savepoint asked; release savepoint asked" : "rollback",
    );
  }
}

/** Returns what follows the table in `create index … on [only] schema.table …`. */
function afterTable(text: string): string | undefined {
  const tokens = scanSql(text).tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName));
  let at = tokens.findIndex((token) => token.text.toLowerCase() === "on") + 1;
  if (tokens[at]?.text.toLowerCase() === "only") at += 1;
  while (tokens[at + 1]?.text === ".") at += 2;
  const table = tokens[at];
  if (table === undefined) return undefined;
  return Buffer.from(text, "utf8").subarray(table.end).toString("utf8").replace(/;\s*$/, "");
}

/** Returns a quoted identifier. */
export function ident(name: string | undefined): string {
  return `"${(name ?? "").replaceAll('"', '""')}"`;
}
