import { canonicalJson } from "../../../../../foundation/json";
import type { Catalog } from "../catalog";
import type { Session } from "../session/session";
import { isDatabaseError, placeOf, SqlFileError } from "../source/errors";
import type { BundleFile, LoadedBundle } from "../source/files";
import { indexOfCharacter, type Statement, statementsOf } from "../source/statements";

/** What checking the bodies of PL/pgSQL functions found beside faults. */
export interface BodyCheck {
  /** A line each. */
  readonly warnings: readonly string[];
  /** Whether there were bodies that could not be checked, since the server has no plpgsql_check. */
  readonly unchecked: boolean;
}

/** Written into a body, it lets everything in it pass. */
const optOut = /--\s*no body check\b/i;

/**
 * Checks the bodies of the bundle's PL/pgSQL functions: the server itself only parses them when they are made, and a wrong
 * type or column shows at the first call. The extension plpgsql_check knows; it is made in the dry run's transaction, which
 * is rolled back. Throws SqlFileError for a fault in a function that this transaction made or changed. A fault in one that
 * stays as it is, such as for a column that a migration drops, and what may be a temporary table, are warnings.
 */
export async function checkBodies(
  session: Session,
  bundle: LoadedBundle,
  {
    before,
    after,
    expected,
  }: { readonly before: Catalog; readonly after: Catalog; readonly expected: Catalog },
): Promise<BodyCheck> {
  const routines = Object.keys(expected).filter(
    (identity) => /^(function|procedure) /.test(identity) && after[identity]?.language === "plpgsql",
  );
  if (routines.length === 0) return { warnings: [], unchecked: false };
  const schema = await extensionSchema(session);
  if (schema === undefined) return { warnings: [], unchecked: true };
  const files = [...bundle.repeatables, ...bundle.migrations].reverse();
  const warnings = new Set<string>();
  for (const finding of await findings(session, schema, routines)) {
    if (optOut.test(finding.source)) continue;
    const place = placeInBundle(files, finding);
    const was = before[finding.identity];
    const isNew =
      was === undefined || canonicalJson({ ...was }) !== canonicalJson({ ...after[finding.identity] });
    if (place !== undefined && isNew && isFault(finding)) throw fault(finding, place);
    const where =
      place === undefined
        ? finding.identity
        : `${place.file.display}:${placeOf(place.file.text, place.index).line}: in ${finding.identity}`;
    const detail = finding.detail === null ? "" : `: ${finding.detail}`;
    warnings.add(`  ${where}: ${finding.message} (${finding.sqlState})${detail}`);
  }
  return { warnings: [...warnings], unchecked: false };
}

interface Finding {
  /** As the catalog names the routine. */
  readonly identity: string;
  readonly source: string;
  /** Of the statement in the source, from 1. */
  readonly line: number | null;
  /** Kind of that statement. */
  readonly statement: string | null;
  readonly sqlState: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly level: string;
  /** Part of the source that was wrong, and a place in it, in characters from 1. */
  readonly query: string | null;
  readonly position: number | null;
}

/** Where plpgsql_check is, made if need be; `undefined` where the server does not have it. */
async function extensionSchema(session: Session): Promise<string | undefined> {
  await session.work.query("savepoint plpgsql_check");
  try {
    await session.work.query("create extension if not exists plpgsql_check");
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    await session.work.query("rollback to savepoint plpgsql_check");
    return undefined;
  }
  const { rows } = await session.work.query<{ schema: string }>(
    "select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'plpgsql_check'",
  );
  return rows[0]?.schema;
}

async function findings(session: Session, schema: string, routines: readonly string[]): Promise<Finding[]> {
  // A trigger's function is checked with each table that it serves, and not at all while it serves none. Which triggers call
  // a branch of it cannot be told, so it may name the transition tables of all.
  const { rows } = await session.work.query<Finding>(
    `with routine as (
       select r.identity, p.oid, p.prosrc, p.prorettype = 'trigger'::regtype as of_trigger
       from unnest($1::text[]) as r (identity)
       join pg_proc p on p.oid = to_regprocedure(substr(r.identity, strpos(r.identity, ' ') + 1))
     ), call as (
       select r.*, t.relation, t.old_table, t.new_table
       from routine r cross join lateral (
         select tgrelid::regclass as relation, max(tgoldtable::text)::name as old_table,
           max(tgnewtable::text)::name as new_table
         from pg_trigger where tgfoid = r.oid and not tgisinternal and tgparentid = 0 group by tgrelid
       ) t
       where r.of_trigger
       union all
       select r.*, 0::regclass, null, null from routine r where not r.of_trigger
     )
     select distinct on (c.identity, f.lineno, f.message) c.identity, c.prosrc as source, f.lineno as line, f.statement,
       f.sqlstate as "sqlState", f.message, f.detail, f.hint, f.level, f.query, f.position
     from call c
     cross join lateral ${schema}.plpgsql_check_function_tb(c.oid::regprocedure, c.relation, extra_warnings => false,
       oldtable => c.old_table, newtable => c.new_table) f
     where f.level = 'error' or f.sqlstate = '42804'
     order by c.identity, f.lineno, f.message`,
    [routines],
  );
  return rows;
}

/** A table without a schema may be a temporary one, and a record may get its shape from dynamic SQL. */
function isFault({ level, sqlState, message }: Finding): boolean {
  if (level !== "error" || sqlState === "55000") return false;
  return sqlState !== "42P01" || message.includes(".");
}

function fault(finding: Finding, { file, index }: BodyPlace): SqlFileError {
  const { detail, hint, identity, line, statement } = finding;
  return new SqlFileError({
    file,
    index,
    message: finding.message,
    sqlState: finding.sqlState,
    ...(detail === null ? {} : { detail }),
    hint: `${hint === null ? "" : `${hint} `}A call would fail here; if not, write \`-- no body check\` into the body.`,
    where: `PL/pgSQL ${identity} line ${line} at ${statement}`,
  });
}

interface BodyPlace {
  readonly file: BundleFile;
  readonly index: number;
}

/** The statement that makes a routine with this very source, and the finding's place in it. */
function placeInBundle(files: readonly BundleFile[], finding: Finding): BodyPlace | undefined {
  for (const file of files) {
    for (const statement of statementsOf(file)) {
      const index =
        statement.kind === "CreateFunctionStmt" ? placeInStatement(file, statement, finding) : undefined;
      if (index !== undefined) return { file, index };
    }
  }
  return undefined;
}

function placeInStatement(file: BundleFile, statement: Statement, finding: Finding): number | undefined {
  const text = file.text.slice(statement.start, statement.end);
  const name = /^\S+ (?:.*\.)?"?([^".(]+)"?\(/.exec(finding.identity)?.[1] ?? "";
  if (!text.includes(name)) return undefined;
  const at = text.indexOf(finding.source);
  if (at >= 0) return statement.start + at + placeInSource(finding, finding.query);
  // Between single quotes, which are then doubled in it.
  const source = finding.source.replaceAll("'", "''");
  const quotedAt = text.indexOf(source);
  return quotedAt < 0 ? undefined : statement.start + quotedAt + placeInSource({ ...finding, source }, null);
}

/** Of the query that is at fault, if it is known; else of its line. */
function placeInSource({ source, line, position }: Finding, query: string | null): number {
  let start = 0;
  for (let at = 1; at < (line ?? 1); at++) start = source.indexOf("\n", start) + 1;
  const found = query === null ? -1 : source.indexOf(query, start);
  if (query !== null && found >= 0) return found + indexOfCharacter(query, (position ?? 1) - 1);
  return start + (/^[ \t]*/.exec(source.slice(start))?.[0].length ?? 0);
}
