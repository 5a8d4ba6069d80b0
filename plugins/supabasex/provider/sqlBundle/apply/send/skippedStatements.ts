import type { IndexStmt, Node } from "libpg-query";
import type { Session } from "../../session/session";
import { skipCodes } from "../../session/wire";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { quoteAlways } from "../../source/identifiers";
import { scanSql } from "../../source/parser";
import { type Statement, statementsOf, textOf } from "../../source/statements";
import { isAskedFor } from "../statements/indexDefinition";

/** A statement with `if not exists` that the server skipped because an object of that name exists. */
export interface SkippedStatement {
  readonly file: BundleFile;
  readonly statement: Statement;
}

/** Returns whether the server's notice reports a skipped statement: duplicate table or index, column, object. */
export function saysSkipped({ code }: { readonly code?: string | undefined }): boolean {
  return code !== undefined && skipCodes.has(code);
}

/**
 * Returns the error of a statement that was skipped although the existing object differs: the file would be recorded as
 * applied, and the database would not match it. An index is compared as a whole, a table and an added column by the
 * names and types of columns; a table may have additional columns. `undefined` if they match, or if this is unknown.
 *
 * @param ran the files that ran, in their order: a later statement may have created the object
 */
export async function contradictionOf(
  session: Session,
  skipped: readonly SkippedStatement[],
  ran: readonly BundleFile[],
): Promise<SqlFileError | undefined> {
  for (const one of skipped) {
    if (!ran.some(({ path }) => path === one.file.path)) continue;
    const { node } = one.statement;
    if ("IndexStmt" in node) {
      if (isCreatedLater(one, node.IndexStmt, ran)) continue;
      const error = await indexError(session, one, node.IndexStmt);
      if (error !== undefined) return error;
    } else {
      const error = await columnError(session, one, node);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function isCreatedLater(
  { file, statement }: SkippedStatement,
  { idxname }: IndexStmt,
  ran: readonly BundleFile[],
): boolean {
  const later = ran.slice(ran.findIndex(({ path }) => path === file.path));
  return later.some((other) =>
    statementsOf(other).some(
      ({ node, start }) =>
        "IndexStmt" in node &&
        node.IndexStmt.idxname === idxname &&
        (other.path !== file.path || start > statement.start),
    ),
  );
}

async function indexError(
  session: Session,
  { file, statement }: SkippedStatement,
  index: IndexStmt,
): Promise<SqlFileError | undefined> {
  const found = await existingIndex(session, index);
  if (found === undefined) return undefined;
  const text = textOf(file, statement);
  if (await isAskedFor(session, { text, statement: index, oid: found.oid, inTransaction: true }))
    return undefined;
  return new SqlFileError({
    file,
    index: statement.start,
    message: `index ${found.name} already exists with another definition`,
    detail: `Existing index: ${found.definition}`,
    hint: "Give the new index another name, or drop the existing one first.",
  });
}

interface ExistingIndex {
  readonly oid: number;
  readonly name: string;
  readonly definition: string;
}

/** Returns the index whose name a statement with `if not exists` uses. */
export async function existingIndex(
  session: Session,
  { relation, idxname }: IndexStmt,
): Promise<ExistingIndex | undefined> {
  const { rows } = await session.work.query<ExistingIndex>(
    `select i.indexrelid as oid, format('%I.%I', n.nspname, c.relname) as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_class t join pg_class c on c.relnamespace = t.relnamespace and c.relname = $2
     join pg_namespace n on n.oid = c.relnamespace join pg_index i on i.indexrelid = c.oid
     where t.oid = to_regclass($1)`,
    [qualifiedName(relation), idxname],
  );
  return rows[0];
}

/** Compares the columns of a statement with the existing ones. */
async function columnError(
  session: Session,
  { file, statement }: SkippedStatement,
  node: Node,
): Promise<SqlFileError | undefined> {
  const asked = askedColumns(node, textOf(file, statement));
  if (asked === undefined) return undefined;
  await session.execute("savepoint asked");
  try {
    await session.execute(asked.create);
    const { rows } = await session.work.query<ColumnDifference>(
      `select to_regclass($1)::text as table, quote_ident(a.attname) as name, format_type(a.atttypid, a.atttypmod) as asked,
         format_type(b.atttypid, b.atttypmod) as found
       from pg_attribute a left join pg_attribute b on b.attrelid = to_regclass($1) and b.attname = a.attname
         and not b.attisdropped
       where a.attrelid = to_regclass('pg_temp.supabasex_asked') and a.attnum > 0 and to_regclass($1) is not null
         and (b.attrelid is null or (a.atttypid, a.atttypmod) <> (b.atttypid, b.atttypmod))
       order by a.attnum limit 1`,
      [asked.table],
    );
    const [difference] = rows;
    if (difference === undefined) return undefined;
    const { name, found } = difference;
    const what =
      found === null
        ? `it has no column ${name}`
        : `its column ${name} is of type ${found}, not ${difference.asked}`;
    return new SqlFileError({
      file,
      index: statement.start,
      message: `table ${difference.table} already exists and differs from this statement: ${what}`,
      hint: "Change the existing table with alter table, or drop it first.",
    });
  } catch {
    // Such as a foreign key, which a temporary table cannot have. Then it is unknown.
    return undefined;
  } finally {
    await session.execute("rollback to savepoint asked; release savepoint asked");
  }
}

interface ColumnDifference {
  readonly table: string;
  readonly name: string;
  /** A type. */
  readonly asked: string;
  /** A type; null if the column does not exist. */
  readonly found: string | null;
}

interface AskedColumns {
  /** The table that has the columns, or should have them. */
  readonly table: string;
  /** Creates a temporary table, `supabasex_asked`, with the columns of the statement. */
  readonly create: string;
}

function askedColumns(node: Node, text: string): AskedColumns | undefined {
  if ("CreateStmt" in node) {
    const name = node.CreateStmt.relation;
    const rest = afterExists(text, name?.schemaname === undefined ? 1 : 3);
    if (rest === undefined || node.CreateStmt.partbound !== undefined) return undefined;
    return { table: qualifiedName(name), create: `create temporary table supabasex_asked ${rest}` };
  }
  if ("AlterTableStmt" in node && (node.AlterTableStmt.cmds ?? []).length === 1) {
    const rest = afterExists(text, 0);
    if (rest === undefined) return undefined;
    return {
      table: qualifiedName(node.AlterTableStmt.relation),
      create: `create temporary table supabasex_asked (); alter table pg_temp.supabasex_asked add column ${rest}`,
    };
  }
  return undefined;
}

/** Returns what follows `if not exists` and a number of further tokens. */
function afterExists(text: string, tokens: number): string | undefined {
  const all = scanSql(text).tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName));
  // In `alter table if exists t add column if not exists c` the words occur twice.
  const at = all.findIndex(
    ({ text: word }, index) =>
      word.toLowerCase() === "exists" && all[index - 1]?.text.toLowerCase() === "not",
  );
  const last = all[at + tokens];
  if (at < 0 || last === undefined) return undefined;
  return Buffer.from(text, "utf8").subarray(last.end).toString("utf8").replace(/;\s*$/, "");
}

function qualifiedName(relation: IndexStmt["relation"]): string {
  const name = quoteAlways(relation?.relname);
  return relation?.schemaname === undefined ? name : `${quoteAlways(relation.schemaname)}.${name}`;
}
