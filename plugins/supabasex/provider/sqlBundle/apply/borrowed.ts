import { UserError } from "../../../../../foundation/userError";
import { partsOfIdentity } from "../catalog";
import { renameStatement } from "../catalog/objects";
import type { OwnedObject } from "../history/history";
import { runRepairs } from "../repair/restore";
import { SqlFileError } from "../source/errors";
import type { BundleFile, Migration } from "../source/files";
import { mentions, mentionsObject } from "../source/mentions";
import { bareName } from "./affectedFiles";
import { runMigrations, TransactionLost } from "./migrations";
import { silent } from "./request";
import type { Start } from "./start";

/** An object that a repeatable made, and which pending migrations name. */
interface Lent {
  readonly object: OwnedObject;
  readonly identity: string;
  /** The file that made it. */
  readonly path: string;
}

/**
 * Returns why pending migrations would fail on an empty database, where migrations run before all repeatables: one needs
 * an object that a repeatable makes. Where migrations name such objects, they run behind a savepoint while these have
 * other names. `undefined` where no migration needs any.
 */
export async function borrowedByMigrations(start: Start): Promise<UserError | undefined> {
  const { session, request, plan, skip, filesAtOnce } = start;
  const pending = plan.pending.filter((file) => !skip.has(file.path));
  const lent = pending.length === 0 ? [] : lentTo(pending, start);
  if (lent.length === 0) return undefined;
  await session.execute("savepoint borrowed");
  try {
    await runRepairs(
      session,
      lent.map(({ object, identity }, at) => ({
        identity,
        statements: [renameStatement(object, `supabasex_not_there_${at}`)],
      })),
    );
    const { failure } = await runMigrations(
      session,
      { ...request, report: silent },
      pending,
      filesAtOnce,
      [],
    );
    return failure === undefined ? undefined : explained(failure.error, lent);
  } catch (error) {
    if (error instanceof TransactionLost) return undefined;
    throw error;
  } finally {
    await session.execute("rollback to savepoint borrowed; release savepoint borrowed");
  }
}

function lentTo(pending: readonly Migration[], { history, reading }: Start): Lent[] {
  return [...history.files.values()].flatMap(({ path, objects }) =>
    objects.flatMap((object): Lent[] => {
      const { identity } = object;
      if (identity === undefined || reading.catalog[identity] === undefined) return [];
      const isNamed = pending.some((file) => names(file, identity));
      return isNamed && renameStatement(object, "") !== "" ? [{ object, identity, path }] : [];
    }),
  );
}

function names(file: BundleFile, identity: string): boolean {
  const { schema, parent, name } = partsOfIdentity(identity);
  if (schema === undefined) return mentions(file, name);
  if (parent === undefined) return mentionsObject(file, schema, bareName(name));
  return mentions(file, name) && mentionsObject(file, schema, bareName(parent));
}

/** SQLSTATEs of what does not exist: a table, column, function, other object, or schema. */
const notThere: ReadonlySet<string> = new Set(["42P01", "42703", "42883", "42704", "3F000"]);

/**
 * Explains a failure for want of one of the objects. Any other failure says nothing of an empty database, where nothing depends
 * on what the migrations change: here the renamed objects still do.
 */
function explained(error: unknown, lent: readonly Lent[]): UserError | undefined {
  if (!(error instanceof SqlFileError)) return undefined;
  const { file, message, sqlState } = error.fault;
  if (sqlState === undefined || !notThere.has(sqlState)) return undefined;
  const needed = lent.filter(
    ({ identity }) => names(file, identity) && message.includes(bareName(partsOfIdentity(identity).name)),
  );
  if (needed.length === 0) return undefined;
  return new UserError(
    [
      error.message,
      "  On a new environment it would fail like this: there, migrations run before all repeatables, which make",
      ...needed.map(({ identity, path }) => `    ${identity} (${path})`),
      "  Move the statement to a repeatable, or make what it needs in a migration that comes before it.",
    ].join("\n"),
    1,
    { cause: error },
  );
}
