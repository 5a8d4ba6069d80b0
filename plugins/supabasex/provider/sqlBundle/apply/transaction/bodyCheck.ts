import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { canonicalJson } from "../../../../../../foundation/json";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, partsOfIdentity } from "../../catalog";
import type { CatalogObject } from "../../catalog/catalog";
import type { Session } from "../../session/session";
import { isDatabaseError, placeOf, SqlFileError } from "../../source/errors";
import type { BundleFile, LoadedBundle } from "../../source/files";
import { quote } from "../../source/identifiers";
import { indexOfCharacter, type Statement, statementsOf } from "../../source/statements";
import { makerOf, type SkippedFile } from "./skippedFiles";

/** Results of checking the bodies of PL/pgSQL functions, other than errors. */
export interface BodyCheck {
  /** One line each. */
  readonly warnings: readonly string[];
  /** Whether bodies could not be checked because the server does not have plpgsql_check. */
  readonly unchecked: boolean;
}

/** A comment in a body that accepts everything in it. */
const optOut = /--\s*no body check\b/i;

/** The effect of a deployment on the catalog. */
interface Deployment {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly expected: Catalog;
}

/** A dry run that ran files. */
interface Judged extends Deployment {
  readonly found: BodyFindings;
  /** Files that it left out. */
  readonly skipped: readonly SkippedFile[];
}

/** The findings in the bodies at one moment. */
export interface BodyFindings {
  readonly findings: readonly Finding[];
  readonly unchecked: boolean;
}

/**
 * Checks the bodies of the bundle's PL/pgSQL functions as the open transaction sees them. The server only parses them
 * when they are created, so a wrong type or column would show at the first call. The extension plpgsql_check finds
 * them; it is created in the dry run's transaction, which is rolled back.
 */
export async function examineBodies(
  session: Session,
  { after, expected }: Deployment,
): Promise<BodyFindings> {
  const routines = Object.keys(expected).filter(
    (identity) =>
      ["function", "procedure"].includes(partsOfIdentity(identity).kind) &&
      after[identity]?.language === "plpgsql",
  );
  if (routines.length === 0) return { findings: [], unchecked: false };
  const schema = await extensionSchema(session);
  if (schema === undefined) return { findings: [], unchecked: true };
  const all = await findings(session, schema, routines, { which: "first" });
  return { findings: all.filter(({ source }) => !optOut.test(source)), unchecked: false };
}

/**
 * Returns the findings that this deployment causes: those in a function that it creates or changes, and those that did
 * not exist before, for instance because a migration drops a column. Call it after the rollback of the dry run, because
 * it reads the previous state of the database. Throws a UserError for errors. A finding that may be wrong, such as a temporary
 * table, is a warning. So is a missing object that a skipped file may create.
 */
export async function judgeBodies(
  session: Session,
  bundle: LoadedBundle,
  { found, before, after, skipped }: Judged,
): Promise<BodyCheck> {
  const isChanged = (identity: string) => definitionOf(before[identity]) !== definitionOf(after[identity]);
  const former = await formerBodies(session, found.findings, before);
  const own = found.findings.filter((finding) => {
    const isNew = isChanged(finding.identity) || !former.findings.has(keyOf(finding));
    if (!isNew) return false;
    const wasServed = !isChanged(finding.identity) && former.calls.has(callOf(finding));
    return wasServed || !mayBeAnotherTables(finding, found.findings);
  });
  const files = [...bundle.repeatables, ...bundle.migrations].reverse();
  const warnings = new Set<string>();
  const errors = new Map<string, UserError>();
  for (const finding of own) {
    const place = placeInBundle(files, finding);
    if (isCertain(finding) && makerOf(finding, skipped) === undefined) {
      const error = errorOf(finding, { place, isBroken: !isChanged(finding.identity) });
      errors.set(error.message, error);
      continue;
    }
    const where =
      place === undefined
        ? finding.identity
        : `${place.file.display}:${placeOf(place.file.text, place.index).line}: in ${finding.identity}`;
    const detail = finding.detail === null ? "" : `: ${finding.detail}`;
    warnings.add(`  ${where}: ${finding.message} (${finding.sqlState})${detail}`);
  }
  const [first, ...more] = errors.values();
  if (first !== undefined)
    throw more.length === 0 ? first : new UserError([...errors.keys()].join("\n"), 1, { cause: first });
  return { warnings: [...warnings], unchecked: found.unchecked };
}

/** Returns what affects a call of a routine: everything except owner, grants and comment. */
function definitionOf(routine: CatalogObject | undefined): string | undefined {
  if (routine === undefined) return undefined;
  const { owner: _owner, grants: _grants, comment: _comment, ...definition } = routine;
  return canonicalJson(definition);
}

function callOf({ identity, relation }: Pick<Finding, "identity" | "relation">): string {
  return `${identity} on ${relation}`;
}

function keyOf(finding: Finding): string {
  return `${callOf(finding)} ${finding.line} ${finding.message}`;
}

/** Returns findings, and which function served which table, in the database without the deployment. */
async function formerBodies(
  session: Session,
  found: readonly Finding[],
  before: Catalog,
): Promise<{ readonly findings: ReadonlySet<string>; readonly calls: ReadonlySet<string> }> {
  const routines = [...new Set(found.map(({ identity }) => identity))].filter(
    (identity) => before[identity] !== undefined,
  );
  if (routines.length === 0) return { findings: new Set(), calls: new Set() };
  await session.execute("begin");
  try {
    const schema = await extensionSchema(session);
    const former = schema === undefined ? [] : await findings(session, schema, routines, { which: "all" });
    const { rows } = await session.work.query<{ identity: string; relation: string }>(
      `with ${calls} select identity, relation::text as relation from call`,
      [routines],
    );
    return { findings: new Set(former.map(keyOf)), calls: new Set(rows.map(callOf)) };
  } finally {
    await session.execute("rollback");
  }
}

/** The expressions with which a trigger function distinguishes its tables. */
const looksAtTable =
  /\btg_(table_name|table_schema|relname|relid|name|argv|nargs)\b|\bto_jsonb?\s*\(\s*(new|old)\b/i;

/** Returns whether a field that only some tables have is accepted: the trigger function distinguishes them. */
function mayBeAnotherTables(finding: Finding, all: readonly Finding[]): boolean {
  if (!/^record "(new|old)" has no field /.test(finding.message) || !looksAtTable.test(finding.source))
    return false;
  const same = all.filter(
    ({ identity, line, message }) =>
      identity === finding.identity && line === finding.line && message === finding.message,
  );
  return new Set(same.map(({ relation }) => relation)).size < finding.tables;
}

interface Finding {
  /** The routine's name in the catalog. */
  readonly identity: string;
  /** The table with which a trigger function was checked; `-` for any other routine. */
  readonly relation: string;
  /** The number of tables that a trigger function serves; 1 for any other routine. */
  readonly tables: number;
  readonly source: string;
  /** The line of the statement in the source, from 1. */
  readonly line: number | null;
  /** The kind of that statement. */
  readonly statement: string | null;
  readonly sqlState: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly level: string;
  /** The wrong part of the source, and a position in it, in characters from 1. */
  readonly query: string | null;
  readonly position: number | null;
}

/** Returns the schema of plpgsql_check, which it creates if necessary; `undefined` if the server lacks it. */
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

/**
 * The calls to check. A trigger function is checked with each table that it serves, and not at all without one. It is
 * not known which triggers reach a branch, so it may name the transition tables of all.
 */
const calls = `routine as (
       select r.identity, p.oid, p.prosrc, p.prorettype = 'trigger'::regtype as of_trigger
       from unnest($1::text[]) as r (identity)
       join pg_proc p on p.oid = to_regprocedure(substr(r.identity, strpos(r.identity, ' ') + 1))
     ), call as (
       select r.*, t.relation, t.old_table, t.new_table, count(*) over (partition by r.oid)::int as tables
       from routine r cross join lateral (
         select tgrelid::regclass as relation, max(tgoldtable::text)::name as old_table,
           max(tgnewtable::text)::name as new_table
         from pg_trigger where tgfoid = r.oid and not tgisinternal and tgparentid = 0 group by tgrelid
       ) t
       where r.of_trigger
       union all
       select r.*, 0::regclass, null, null, 1 from routine r where not r.of_trigger
     )`;

/**
 * @param which - the `first` error of each call, at which it ends; or `all` errors, including those after it: a deployment that
 *   fixes the first one did not cause the second
 */
async function findings(
  session: Session,
  schema: string,
  routines: readonly string[],
  { which }: { readonly which: "first" | "all" },
): Promise<Finding[]> {
  const { rows } = await session.work.query<Finding>(
    `with ${calls}
     select distinct on (c.identity, c.relation::text, f.lineno, f.message) c.identity, c.relation::text as relation,
       c.tables, c.prosrc as source, f.lineno as line, f.statement, f.sqlstate as "sqlState", f.message, f.detail, f.hint,
       f.level, f.query, f.position
     from call c
     cross join lateral ${schema}.plpgsql_check_function_tb(c.oid::regprocedure, c.relation, extra_warnings => false,
       oldtable => c.old_table, newtable => c.new_table, fatal_errors => $2) f
     where f.level = 'error' or f.sqlstate = '42804'
     order by c.identity, c.relation::text, f.lineno, f.message`,
    [routines, which === "first"],
  );
  return rows;
}

/** Returns whether a finding cannot be wrong: a table may be temporary, and dynamic SQL may shape a record. */
function isCertain({ level, sqlState, message }: Finding): boolean {
  if (level !== "error" || sqlState === sqlStates.objectNotInPrerequisiteState) return false;
  return sqlState !== sqlStates.undefinedTable || message.includes(".");
}

function errorOf(
  finding: Finding,
  { place, isBroken }: { readonly place: BodyPlace | undefined; readonly isBroken: boolean },
): UserError {
  const { detail, hint, identity, line, statement, relation, message, sqlState } = finding;
  const what = isBroken
    ? "It worked before this deployment: change the function in the same deployment, or write"
    : "A call would fail here; if not, write";
  const advice = `${hint === null ? "" : `${hint} `}${what} \`-- no body check\` into the body.`;
  const where = `PL/pgSQL ${escapeControls(identity)} line ${line} at ${statement}${relation === "-" ? "" : `, called for ${escapeControls(relation)}`}`;
  if (place === undefined)
    return new UserError(`${message} (${sqlState})\n  hint: ${advice}\n  where: ${where}`);
  const details = detail === null ? {} : { detail };
  return new SqlFileError({ ...place, message, sqlState, ...details, hint: advice, where });
}

interface BodyPlace {
  readonly file: BundleFile;
  readonly index: number;
}

/** Returns the statement that creates a routine with exactly this source, and the finding's position in it. */
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
  const parts =
    "CreateFunctionStmt" in statement.node ? statement.node.CreateFunctionStmt.funcname : undefined;
  const last = parts?.at(-1);
  const name = last !== undefined && "String" in last ? quote(last.String.sval) : "";
  if (!finding.identity.includes(`${name}(`)) return undefined;
  const at = text.indexOf(finding.source);
  if (at >= 0) return statement.start + at + placeInSource(finding, finding.query);
  // Between single quotes, where quotes are doubled.
  const source = finding.source.replaceAll("'", "''");
  const quotedAt = text.indexOf(source);
  return quotedAt < 0 ? undefined : statement.start + quotedAt + placeInSource({ ...finding, source }, null);
}

/** Returns the position of the wrong query if it is known; else of its line. */
function placeInSource({ source, line, position }: Finding, query: string | null): number {
  let start = 0;
  for (let at = 1; at < (line ?? 1); at++) start = source.indexOf("\n", start) + 1;
  const found = query === null ? -1 : source.indexOf(query, start);
  if (query !== null && found >= 0) return found + indexOfCharacter(query, (position ?? 1) - 1);
  return start + (/^[ \t]*/.exec(source.slice(start))?.[0].length ?? 0);
}
