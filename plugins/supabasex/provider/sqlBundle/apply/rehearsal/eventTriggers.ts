import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import {
  byIdentity,
  type Catalog,
  diffCatalogs,
  partsOfIdentity,
  readCatalogInTransaction,
} from "../../catalog";
import { runRepairs } from "../../repair/restore";
import type { Migration } from "../../source/files";
import { silent } from "../request";
import { runMigrations, TransactionLost } from "../run/migrations";
import { rolledBack } from "../run/rolledBack";
import { pendingOf, type Start } from "../run/start";

/** An event trigger of a repeatable, and the file. */
interface Acting {
  readonly identity: string;
  readonly path: string;
}

/** Statements with which an event trigger may change the catalog. One that only writes rows is ignored. */
const changing = /\b(alter|call|comment|create|drop|execute|grant|perform|revoke|security)\b/i;

/**
 * Returns why pending migrations would have another result on an empty database, where they run before the repeatables:
 * an event trigger of a repeatable changes what they create. They run behind a savepoint with and without these
 * triggers. `undefined` if no repeatable has created any, or the result is the same.
 */
export async function actsOfEventTriggers(start: Start): Promise<UserError | undefined> {
  const pending = pendingOf(start);
  const acting = pending.length === 0 ? [] : actingOn(start);
  if (acting.length === 0) return undefined;
  try {
    const here = await catalogAfter(start, pending, []);
    const elsewhere = await catalogAfter(start, pending, acting);
    const others = diffCatalogs(elsewhere, here).filter(
      ({ identity }) => !["applied file", "event trigger"].includes(partsOfIdentity(identity).kind),
    );
    return others.length === 0 ? undefined : refusal(acting, [...byIdentity(others).keys()]);
  } catch (error) {
    // The same migrations fail again without the savepoint, and are reported then.
    if (error instanceof TransactionLost) return undefined;
    throw error;
  }
}

function actingOn({ history, reading: { catalog } }: Start): Acting[] {
  return [...history.files.values()].flatMap(({ path, objects }) =>
    objects.flatMap(({ class: kind, identity }): Acting[] => {
      const trigger = identity === undefined ? undefined : catalog[identity];
      if (kind !== "event trigger" || identity === undefined || trigger === undefined) return [];
      const body = catalog[`function ${trigger.function}`]?.body;
      const mayChange = typeof body !== "string" || changing.test(withoutTexts(body));
      return mayChange && trigger.enabled !== "no" ? [{ identity, path }] : [];
    }),
  );
}

/** Returns the text without comments and literals, such as the tags for which a trigger tests. */
function withoutTexts(body: string): string {
  return body.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, " ");
}

async function catalogAfter(
  { session, sequences, request, filesAtOnce, leftOut }: Start,
  pending: readonly Migration[],
  disabled: readonly Acting[],
): Promise<Catalog> {
  return await rolledBack({ session, sequences }, "event_triggers", async () => {
    const groups = disabled.map(({ identity }) => ({
      identity,
      statements: [`alter event trigger ${partsOfIdentity(identity).name} disable`],
    }));
    await runRepairs(session, groups);
    const options = { filesAtOnce, leftOut: leftOut.afresh(), sequences, ran: [] };
    await runMigrations(session, { ...request, report: silent }, pending, options);
    return (await readCatalogInTransaction(session.work)).catalog;
  });
}

function refusal(acting: readonly Acting[], changed: readonly string[]): UserError {
  return new UserError(
    [
      "Event triggers of repeatables change objects that new migrations create:",
      ...acting.map(({ identity, path }) => `  ${escapeControls(identity)} (${path})`),
      "  Because of them, these objects differ:",
      ...changed.map((identity) => `    ${escapeControls(identity)}`),
      "  On a new environment migrations run before all repeatables, so these triggers do not exist yet.",
      "  Create the event trigger in a migration, or make the new migration do what the trigger does.",
    ].join("\n"),
  );
}
