import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import { UserError } from "../../../../../../foundation/userError";
import { partsOfIdentity } from "../../catalog";
import { isMadeByRepeatables } from "../../catalog/base";
import { dropStatement, renameStatement } from "../../catalog/objects";
import type { OwnedObject } from "../../history/history";
import { runRepairs } from "../../repair/restore";
import type { ObjectClass } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { Migration } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions } from "../../source/mentions";
import { comparableText, statementsOf, textOf } from "../../source/statements";
import { silent } from "../request";
import { withoutRepeatables } from "../run/baseRehearsal";
import { runMigrations, TransactionLost } from "../run/migrations";
import { rolledBack } from "../run/rolledBack";
import { pendingOf, type Start } from "../run/start";
import { namesObject } from "../statements/namesObject";

/** An object of a repeatable that pending migrations name. */
interface Lent {
  readonly object: OwnedObject;
  readonly identity: string;
  /** The file that created it. */
  readonly path: string;
  /**
   * Whether a migration created it, and the repeatable redefined it. In this case it exists with the migration's
   * definition.
   */
  readonly isRedefined: boolean;
}

/**
 * Returns why pending migrations would fail on an empty database, where migrations run before all repeatables: one
 * needs an object of a repeatable. Migrations that name such objects run behind a savepoint while these have other
 * names. `undefined` if no migration needs any.
 */
export async function borrowedByMigrations(start: Start): Promise<UserError | undefined> {
  const { session, sequences, request, filesAtOnce } = start;
  const pending = pendingOf(start);
  const lent = pending.length === 0 ? [] : lentTo(pending, start);
  if (lent.length === 0) return undefined;
  const leftOut = start.leftOut.afresh();
  const options = { filesAtOnce, leftOut, sequences, ran: [] };
  try {
    return await rolledBack(start, "borrowed", async () => {
      await withoutLent(start, lent);
      const silently = { ...request, report: silent };
      const { failure, next } = await runMigrations(session, silently, pending, options);
      if (failure !== undefined) return explained(failure.error, lent);
      return next === undefined ? undefined : borrowedOutside(next, lent);
    });
  } catch (error) {
    if (error instanceof TransactionLost) return undefined;
    throw error;
  }
}

/**
 * Sets the objects that migrations need to their state on an empty database: absent, or as a migration created them.
 */
async function withoutLent(
  { session, record: { base }, reading }: Start,
  lent: readonly Lent[],
): Promise<void> {
  const constraints = Object.keys(base).filter(
    (identity) => base[identity] === null && partsOfIdentity(identity).kind === "constraint",
  );
  await runRepairs(session, [
    ...lent
      .filter(({ isRedefined }) => !isRedefined)
      .map(({ object, identity }, at) => ({ identity, statements: hiding(object, at) })),
    ...constraints.map((identity, at) => ({ identity, statements: hidingConstraint(identity, at) })),
  ]);
  const redefined = lent.flatMap(({ identity, isRedefined }) => {
    const facts = isRedefined ? base[identity] : undefined;
    return facts === undefined ? [] : [[identity, facts] as const];
  });
  await withoutRepeatables(session, Object.fromEntries(redefined), reading.catalog);
}

/** Renames an object. A job cannot be renamed, so it is removed until everything is rolled back. */
function hiding(object: OwnedObject, at: number): string[] {
  const hide =
    object.class === "cron job"
      ? dropStatement(object)
      : renameStatement(object, `supabasex_not_there_${at}`);
  return hide === undefined || hide === "" ? [] : [hide];
}

/**
 * Returns the same for a migration that runs outside of a transaction. A statement that cannot run in a transaction, such as
 * `create index concurrently`, needs what it names. Only a `do` block may name what it does not need.
 */
function borrowedOutside(file: Migration, lent: readonly Lent[]): UserError | undefined {
  const [statement] = statementsOf(file);
  if (statement === undefined) return undefined;
  const { node } = statement;
  if ("DoStmt" in node || ("DropStmt" in node && node.DropStmt.missing_ok === true)) return undefined;
  const withoutComments = { ...file, text: comparableText(textOf(file, statement)) };
  const needed = lent.filter(
    ({ identity, isRedefined }) => !isRedefined && namesObject(withoutComments, identity),
  );
  if (needed.length === 0) return undefined;
  const error = new SqlFileError({
    file,
    index: statement.start,
    message: "an object that this statement needs does not exist",
  });
  return refusal(error, needed);
}

function lentTo(pending: readonly Migration[], start: Start): Lent[] {
  const { history, reading } = start;
  const declared = [...history.files.values()].flatMap(({ path, objects }) =>
    objects.map((object) => ({ object, path })),
  );
  return [...declared, ...madeByBlocks(start)].flatMap(({ object, path }): Lent[] => {
    const { identity } = object;
    if (identity === undefined || reading.catalog[identity] === undefined) return [];
    const isNamed = pending.some((file) => namesObject(file, identity));
    const isRedefined = (start.record.base[identity] ?? null) !== null;
    return isNamed && hiding(object, 0).length > 0 ? [{ object, identity, path, isRedefined }] : [];
  });
}

/** Renames a table's constraint, so that a migration can add one with its name. */
function hidingConstraint(identity: string, at: number): string[] {
  const { parent, name } = partsOfIdentity(identity);
  return [`alter table ${parent} rename constraint ${name} to supabasex_constraint_${at}`];
}

/** Kinds of objects that a migration can need, from those that dynamic SQL of a repeatable may have created. */
const neededKinds: ReadonlySet<string> = new Set<ObjectClass>([
  "aggregate",
  "function",
  "index",
  "materialized view",
  "policy",
  "procedure",
  "rule",
  "trigger",
  "type",
  "view",
]);

/** Returns what dynamic SQL of repeatables has created. */
function madeByBlocks({ record: { base }, request: { bundle } }: Start) {
  return Object.keys(base).flatMap((identity): { object: OwnedObject; path: string }[] => {
    const { kind, parent, name } = partsOfIdentity(identity);
    if (!isMadeByRepeatables(identity, base[identity]) || !neededKinds.has(kind)) return [];
    const maker = bundle.repeatables.find((file) => mentions(file, bareName(name)));
    const object = {
      class: kind as ObjectClass,
      name,
      ...(parent === undefined ? {} : { on: parent }),
      identity,
    };
    return [{ object, path: maker?.path ?? "by dynamic SQL" }];
  });
}

/** SQLSTATEs of missing objects: a table, column, function, other object, or schema. */
const notThere: ReadonlySet<string> = new Set([
  sqlStates.undefinedTable,
  sqlStates.undefinedColumn,
  sqlStates.undefinedFunction,
  sqlStates.undefinedObject,
  sqlStates.invalidSchemaName,
]);

/**
 * Explains a failure because of a missing object. Any other failure says nothing about an empty database, where nothing
 * depends on what the migrations change, while the renamed objects still do here.
 */
function explained(error: unknown, lent: readonly Lent[]): UserError | undefined {
  if (!(error instanceof SqlFileError)) return undefined;
  const { file, message, sqlState = "" } = error.issue;
  const named = lent.filter(({ identity }) => namesObject(file, identity));
  const needed = notThere.has(sqlState)
    ? named.filter(
        ({ identity, isRedefined }) =>
          isRedefined || message.includes(bareName(partsOfIdentity(identity).name)),
      )
    : // pg_cron has no error code for a missing job, and nothing depends on a job.
      named.filter(({ object }) => object.class === "cron job");
  return needed.length === 0 ? undefined : refusal(error, needed);
}

function refusal(error: SqlFileError, needed: readonly Lent[]): UserError {
  return new UserError(
    [
      error.message,
      "  On a new environment it would fail like this, because migrations run before all repeatables there. A repeatable creates or changes:",
      ...needed.map(({ identity, path }) => `    ${escapeControls(identity)} (${path})`),
      "  Move the statement to a repeatable, or create what it needs in an earlier migration.",
    ].join("\n"),
    1,
    { cause: error },
  );
}
