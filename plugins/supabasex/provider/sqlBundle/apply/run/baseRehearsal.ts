import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../../foundation/json";
import {
  type Catalog,
  type CatalogObject,
  type CatalogReading,
  diffManaged,
  readCatalogInTransaction,
} from "../../catalog";
import {
  type BaseFacts,
  baseAfterMigrations,
  baseStatedByMigrations,
  type MigratedBase,
  withFacts,
} from "../../catalog/base";
import { underPresentNames } from "../../catalog/renames";
import { repairOf } from "../../repair/repair";
import { type RepairGroup, runRepairs } from "../../repair/restore";
import { undoOf } from "../../repair/undo";
import { ExecutionFailure, type Session } from "../../session/session";
import { isConnectionLost, isDatabaseError } from "../../source/errors";
import type { BundleFile, Migration } from "../../source/files";
import { type StatingStatement, statingStatements } from "../../source/statedFacts";
import { executedText } from "../../source/statements";
import { silent } from "../request";
import type { SequenceGuard } from "../send/sequenceGuard";
import { includesFact, StatementIndex, statedOf } from "../statements/statedObjects";
import { runMigrations, TransactionLost } from "./migrations";
import { rolledBack } from "./rolledBack";
import type { Start } from "./start";

/**
 * Returns the catalog after the pending migrations without what repeatables alter, if the text of the migrations does not
 * show how they change that: a `do` block that enables what a repeatable has already enabled changes nothing here, but
 * does on an empty database. They run behind a savepoint. `undefined` if the text shows everything.
 */
export async function rehearseBase(
  start: Start,
  pending: readonly Migration[],
): Promise<Catalog | undefined> {
  const { session, sequences, request, record, reading, filesAtOnce } = start;
  const leftOut = start.leftOut.afresh();
  if (!areUncertain(pending, record.base, reading.catalog)) return undefined;
  const options = { filesAtOnce, leftOut, sequences, ran: [] };
  try {
    return await rolledBack(start, "base", async () => {
      await withoutRepeatables(session, record.base, reading.catalog);
      const silently = { ...request, report: silent };
      const { failure } = await runMigrations(session, silently, pending, options);
      if (failure !== undefined) return undefined;
      return (await readCatalogInTransaction(session.work)).catalog;
    });
  } catch (error) {
    // The same migrations fail again without the savepoint, and are reported then.
    if (error instanceof TransactionLost) return undefined;
    throw error;
  }
}

/**
 * Returns the same for a migration that runs separately, in a transaction that is rolled back. `undefined` also if it
 * fails there, such as a `do` block that commits.
 */
export async function rehearseBaseOutside(
  { session, sequences }: { readonly session: Session; readonly sequences: SequenceGuard },
  file: Migration,
  { base, live }: { readonly base: BaseFacts; readonly live: Catalog },
): Promise<Catalog | undefined> {
  if (!areUncertain([file], base, live)) return undefined;
  await session.execute(`begin; ${session.settings}`);
  try {
    await withoutRepeatables(session, base, live);
    await sequences.before(file);
    await session.execute(executedText(file));
    return (await readCatalogInTransaction(session.work)).catalog;
  } catch (error) {
    const cause = error instanceof ExecutionFailure ? error.cause : error;
    if (!isDatabaseError(cause) || isConnectionLost(cause)) throw error;
    return undefined;
  } finally {
    await session.execute(`rollback; ${session.settings}`);
    await sequences.restoreAfterFailure();
  }
}

/** Returns whether the text of files does not show which of the facts that repeatables alter they state. */
function areUncertain(files: readonly BundleFile[], base: BaseFacts, live: Catalog): boolean {
  const identities = Object.keys(base).filter((identity) => live[identity] !== undefined);
  if (identities.length === 0) return false;
  return files.some((file) => statingStatements(file).some((one) => isUncertain(one, identities, live)));
}

/**
 * Resets what repeatables alter to its state without them, as far as the server allows. Only for what is rolled back.
 */
export async function withoutRepeatables(session: Session, base: BaseFacts, live: Catalog): Promise<void> {
  const identities = Object.keys(base).filter((identity) => live[identity] !== undefined);
  await runRepairs(
    session,
    identities.map((identity) => groupFor(identity, base, live)),
  );
}

function isUncertain(statement: StatingStatement, identities: readonly string[], live: Catalog): boolean {
  if (statement.setsRole) return false;
  if (statement.isDynamic) return true;
  if (statement.properties !== undefined) return false;
  return identities.some((identity) => statedOf(statement, identity, live) !== undefined);
}

/** Returns the statements that reset an object to its state without repeatables. */
function groupFor(identity: string, base: BaseFacts, live: Catalog): RepairGroup {
  const facts = base[identity];
  const wanted: CatalogObject | undefined =
    facts === null || facts === undefined ? undefined : withFacts(live[identity] ?? {}, facts);
  const differences =
    wanted === undefined
      ? [{ identity, kind: "extra" as const, live: live[identity] ?? {} }]
      : diffManaged({ [identity]: wanted }, { [identity]: live[identity] ?? {} });
  const expected: Catalog = wanted === undefined ? {} : { [identity]: wanted };
  if (wanted === undefined) return undoOf(identity, differences, expected, { live });
  const { statements, prune, otherwise, owner } = repairOf(identity, differences, expected, { live });
  return {
    identity,
    statements: [...statements, ...prune],
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/**
 * Returns the same facts with the values in a catalog without repeatables, without objects that are gone.
 *
 * @param base with the present names of the objects
 */
function factsIn(live: Catalog, base: BaseFacts): BaseFacts {
  return Object.fromEntries(
    Object.entries(base).flatMap(([identity, facts]): [string, JsonObject | null][] => {
      const object = live[identity];
      // Without repeatables it did not exist; now a migration has created it.
      if (facts === null) return object === undefined ? [[identity, null]] : [];
      return object === undefined ? [] : [[identity, valuesOf(facts, object)]];
    }),
  );
}

function valuesOf(facts: JsonObject, object: CatalogObject | JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).map(([property, value]): [string, JsonValue] => {
      const now = object[property];
      if (property !== "grants" || !isJsonObject(value)) return [property, now ?? null];
      return [property, valuesOf(value, isJsonObject(now) ? now : {})];
    }),
  );
}

/** Migrations that ran, and the catalog around them. */
interface RanMigrations extends MigratedBase {
  readonly stated: readonly StatingStatement[];
  /** The catalog without repeatables, if the statements do not show what they state. */
  readonly rehearsed: Catalog | undefined;
}

/** Returns the objects that repeatables alter, in their state without them, after migrations ran. */
export function baseUnder(
  base: BaseFacts,
  { before, after, renames, stated, rehearsed }: RanMigrations,
): BaseFacts {
  if (rehearsed !== undefined) return factsIn(rehearsed, underPresentNames(base, renames.ofRecords));
  return withStated(baseAfterMigrations(base, { before, after, renames }), after, stated);
}

/** Returns the facts with the current values where migrations stated them by plain statements. */
export function withStated(
  base: BaseFacts,
  { catalog }: CatalogReading,
  stated: readonly StatingStatement[],
): BaseFacts {
  const index = new StatementIndex(stated);
  return baseStatedByMigrations(base, catalog, (identity, property, grantee) =>
    index
      .statedOf(identity, catalog)
      .some((facts) => facts.properties !== undefined && includesFact(facts, property, grantee)),
  );
}
