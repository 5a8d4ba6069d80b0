import type { Node, RangeVar } from "libpg-query";
import { literal } from "../../catalog/objects";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { mayChangeSession, statementsOf } from "../../source/statements";

/**
 * Returns what is sent before a file so that it starts as in a new session. A rollback keeps prepared statements, so those of a
 * former attempt are deallocated.
 */
export function before(file: BundleFile): string[] {
  return deallocating(file);
}

/**
 * Returns what is sent after a file so that the next one starts as in a new session and transaction, whether or not both are part of
 * one deployment.
 */
export function after(file: BundleFile, session: Pick<Session, "settings">): string[] {
  const reset = mayChangeSession(file) ? [session.settings] : [];
  const modes = checkModes(file);
  return [
    ...modes.check,
    ...reset,
    // The file's role may lack the privilege to address a constraint.
    ...(reset.length > 0 || modes.isForAll ? modes.restore : []),
    ...deallocating(file),
  ];
}

interface CheckModes {
  /** Checks what the file deferred, as its own commit would. */
  readonly check: readonly string[];
  /** Lets each constraint be checked when its declaration says. */
  readonly restore: readonly string[];
  readonly isForAll: boolean;
}

/**
 * Returns what ends the effect of `set constraints`. `all` also applies to constraints that later files of the transaction create, and
 * nothing ends that, so it is sent only after a file that says it.
 */
function checkModes(file: BundleFile): CheckModes {
  const statements = statementsOf(file).flatMap(({ node }) =>
    "ConstraintsSetStmt" in node ? [node.ConstraintsSetStmt] : [],
  );
  const names = statements.map(({ constraints = [] }) =>
    constraints.flatMap((item) => ("RangeVar" in item ? [item.RangeVar] : [])),
  );
  if (names.some((list) => list.length === 0))
    return {
      check: ["set constraints all immediate"],
      restore: [settingModes("true", { only: "bool_and(c.condeferred)" })],
      isForAll: true,
    };
  const named = names.flat().map(addressing);
  const restore = named.length > 0 ? [settingModes(named.join(" or "))] : [];
  // A temporary table is dropped after the file, and cannot be while a check is pending.
  const defersTemporary = /\btemp(?:orary)?\b/i.test(file.text) && /\bdeferred\b/i.test(file.text);
  const temporary = defersTemporary ? ["n.oid = pg_catalog.pg_my_temp_schema()"] : [];
  const checked = [...named, ...temporary];
  return {
    check: checked.length > 0 ? [settingModes(checked.join(" or "))] : [],
    restore,
    isForAll: false,
  };
}

/** Returns a condition for a constraint that a file names. Without a schema, it may be in any. */
function addressing({ schemaname, relname = "" }: RangeVar): string {
  const name = `c.conname = ${literal(relname)}`;
  return schemaname === undefined || schemaname === "pg_temp"
    ? name
    : `(n.nspname = ${literal(schemaname)} and ${name})`;
}

/**
 * Returns a statement that sets constraints to the mode that they declare. A schema may have several of one name, and they can only
 * be set together: if one has another declaration, they are checked immediately. Those of temporary tables are too.
 */
function settingModes(condition: string, { only = "bool_or(c.condeferrable)" } = {}): string {
  return `do $supabasex$
declare known text; mode text;
begin
  for known, mode in
    select pg_catalog.format('%I.%I', n.nspname, c.conname),
      case when pg_catalog.bool_and(c.condeferred) and n.oid <> pg_catalog.pg_my_temp_schema()
        then 'deferred' else 'immediate' end
    from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace
    where (${condition}) and pg_catalog.has_schema_privilege(n.oid, 'usage')
    group by n.oid, n.nspname, c.conname
    having pg_catalog.${only}
  loop
    execute 'set constraints ' || known || ' ' || mode;
  end loop;
end
$supabasex$`;
}

/** Returns the server's call stack without the lines about the statement of `settingModes`. */
export function withoutOwnFrames(where: string): string {
  return where.replace(
    /(?:^|\n)SQL statement "set constraints [^\n]*"\nPL\/pgSQL function inline_code_block line \d+ at EXECUTE\s*$/,
    "",
  );
}

/** Returns a statement that deallocates what a file prepares. The server has none that accepts a missing name. */
function deallocating(file: BundleFile): string[] {
  const names = statementsOf(file).flatMap(({ node }) => preparedBy(node));
  if (names.length === 0) return [];
  const list = names.map(literal).join(", ");
  return [
    `do $supabasex$
declare known text;
begin
  for known in select name from pg_catalog.pg_prepared_statements where name in (${list})
  loop
    execute pg_catalog.format('deallocate %I', known);
  end loop;
end
$supabasex$`,
  ];
}

function preparedBy(node: Node): string[] {
  return "PrepareStmt" in node && node.PrepareStmt.name !== undefined ? [node.PrepareStmt.name] : [];
}
