import type { Node } from "libpg-query";
import type { Session } from "../session/session";
import type { BundleFile } from "../source/files";
import { mayChangeSession, statementsOf } from "../source/statements";

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
  const checks = defersChecks(file);
  return [
    ...(checks ? [checkNow] : []),
    ...reset,
    ...(checks ? [checkAsDeclared] : []),
    ...deallocating(file),
  ];
}

/** Returns whether a file sets when constraints are checked, or may defer a check of a temporary table, which is dropped after it. */
function defersChecks(file: BundleFile): boolean {
  const sets = statementsOf(file).some(({ node }) => "ConstraintsSetStmt" in node);
  return sets || (/\btemp(?:orary)?\b/i.test(file.text) && /\bdeferred\b/i.test(file.text));
}

/** Checks what the file deferred, as its own commit would. */
const checkNow = "set constraints all immediate";

/** Lets each constraint be checked when its declaration says. No statement does so for all of them. */
const checkAsDeclared = `do $supabasex$
declare deferred text;
begin
  for deferred in
    select distinct pg_catalog.format('%I.%I', n.nspname, c.conname)
    from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace
    where c.condeferred and pg_catalog.has_schema_privilege(n.oid, 'usage')
  loop
    execute 'set constraints ' || deferred || ' deferred';
  end loop;
end
$supabasex$`;

/** Returns a statement that deallocates what a file prepares. The server has none that accepts a missing name. */
function deallocating(file: BundleFile): string[] {
  const names = statementsOf(file).flatMap(({ node }) => preparedBy(node));
  if (names.length === 0) return [];
  const list = names.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ");
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
