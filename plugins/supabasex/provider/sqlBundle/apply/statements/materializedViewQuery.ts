import type { CreateTableAsStmt } from "libpg-query";
import type { Session } from "../../session/session";
import { scanSql } from "../../source/parser";
import { afterName } from "./afterName";

interface MaterializedViewQuestion {
  /** Of the `create materialized view` statement. */
  readonly text: string;
  readonly statement: CreateTableAsStmt;
  /** The existing view, quoted and qualified. */
  readonly name: string;
}

/** What determines the rows of a view; printed in the same way for both sides. */
const definition = `json_build_array(pg_get_viewdef(c.oid), (
    select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation) order by a.attnum)
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ))::text`;

/**
 * Returns whether an existing materialized view is the one that the file's statement asks for. The server decides: it creates
 * a temporary view with the same query, in the open transaction, and both definitions are compared. Also false for options, which a
 * view lacks, and if the query cannot run there.
 */
export async function hasAskedQuery(
  session: Session,
  { text, statement: { into }, name }: MaterializedViewQuestion,
): Promise<boolean> {
  const query = queryOf(text);
  const hasOptions =
    (into?.options?.length ?? 0) > 0 ||
    into?.accessMethod !== undefined ||
    into?.tableSpaceName !== undefined;
  if (query === undefined || hasOptions) return false;
  await session.execute("savepoint asked");
  try {
    await session.execute(`create temporary view thorbis_asked${query}`);
    const { rows } = await session.work.query<{ definition: string; hasOptions: boolean }>(
      `select ${definition} as definition, c.reloptions is not null as "hasOptions" from pg_class c
       where c.oid in (to_regclass($1), to_regclass('pg_temp.thorbis_asked'))`,
      [name],
    );
    const [one, other] = rows;
    if (one === undefined || other === undefined) return false;
    return one.definition === other.definition && !one.hasOptions && !other.hasOptions;
  } catch {
    return false;
  } finally {
    await session.execute("rollback to savepoint asked; release savepoint asked");
  }
}

/** Returns the columns and the query of `create materialized view … [(columns)] as query [with [no] data]`. */
function queryOf(text: string): string | undefined {
  const rest = afterName(text, "exists");
  if (rest === undefined) return undefined;
  const tokens = scanSql(rest).tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName));
  const words = tokens.map((token) => token.text.toLowerCase());
  const ending = [
    ["with", "no", "data"],
    ["with", "data"],
  ].find((end) => end.every((word, index) => words.at(index - end.length) === word));
  const last = tokens.at(-1 - (ending?.length ?? 0));
  return last && Buffer.from(rest, "utf8").subarray(0, last.end).toString("utf8");
}
