import type { IndexStmt } from "libpg-query";
import { ExecutionFailure, type Session } from "../../session/session";
import { quoteAlways } from "../../source/identifiers";
import { afterName } from "./afterName";

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
  const name = quoteAlways(question.statement.idxname);
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

/** What a unique index compares. */
export interface IndexKeys {
  readonly table: string;
  readonly megabytes: number;
  /** Columns and expressions. */
  readonly keys: readonly string[];
  /** Of each key, as a clause; empty for a type without collations. */
  readonly collations: readonly string[];
  readonly predicate: string | null;
  readonly areNullsDistinct: boolean;
}

/** Returns what an index compares that a statement creates; `undefined` if the statement cannot run. */
export async function keysOnCopy(session: Session, index: AskedIndex): Promise<IndexKeys | undefined> {
  const { relation, idxname } = index.statement;
  // While the copy exists, a table without a schema would be the copy.
  const original = async () => {
    const { rows } = await session.work.query<Pick<IndexKeys, "table" | "megabytes">>(
      `select format('%I.%I', n.nspname, c.relname) as "table", (pg_relation_size(c.oid) / 1048576.0)::float8 as megabytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1)`,
      [relation === undefined ? "" : qualified(relation)],
    );
    return rows[0];
  };
  const found = onCopy(session, { ...index, original }, async (table) => {
    if (table === undefined) return undefined;
    const { rows } = await session.work.query<Omit<IndexKeys, "table" | "megabytes">>(
      `select (select json_agg(pg_get_indexdef(i.indexrelid, n, false) order by n) from generate_series(1, i.indnkeyatts) n) as keys,
         (select json_agg(coalesce((select format(' collate %I.%I', s.nspname, l.collname) from pg_collation l
             join pg_namespace s on s.oid = l.collnamespace where l.oid = i.indcollation[n - 1]), '') order by n)
           from generate_series(1, i.indnkeyatts) n) as collations,
         pg_get_expr(i.indpred, i.indrelid) as predicate,
         coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'false' as "areNullsDistinct"
       from pg_index i where i.indexrelid = to_regclass($1)`,
      [`pg_temp.${quoteAlways(idxname)}`],
    );
    return rows[0] === undefined ? undefined : { ...table, ...rows[0] };
  });
  return await found.catch(() => undefined);
}

/** Runs the statement on an empty copy of its table. Returns the server's error; `undefined` if it succeeds. */
export async function tryOnCopy(session: Session, index: AskedIndex): Promise<unknown> {
  return await onCopy(session, index, async () => undefined).catch((error: unknown) =>
    error instanceof ExecutionFailure ? error.cause : error,
  );
}

/**
 * Runs `then` while the index exists on an empty copy of its table; `undefined` if the text cannot be parsed.
 *
 * @param index - with what has to be read before the copy exists
 */
async function onCopy<T, Original = undefined>(
  session: Session,
  {
    text,
    statement,
    inTransaction = false,
    original: read,
  }: AskedIndex & { readonly original?: () => Promise<Original> },
  then: (original: Original | undefined) => Promise<T>,
): Promise<T | undefined> {
  const table = statement.relation;
  const columns = afterName(text, "on");
  if (table === undefined || columns === undefined) return undefined;
  const name = quoteAlways(table.relname);
  const original = qualified(table);
  await session.execute(inTransaction ? "savepoint asked" : "begin");
  try {
    const before = await read?.();
    await session.execute(
      `create temporary table ${name} (like ${original});
       create ${statement.unique === true ? "unique " : ""}index ${quoteAlways(statement.idxname)} on pg_temp.${name} ${columns}`,
    );
    return await then(before);
  } finally {
    await session.execute(
      inTransaction ? "rollback to savepoint asked; release savepoint asked" : "rollback",
    );
  }
}

function qualified({ schemaname, relname }: NonNullable<IndexStmt["relation"]>): string {
  return schemaname === undefined
    ? quoteAlways(relname)
    : `${quoteAlways(schemaname)}.${quoteAlways(relname)}`;
}
