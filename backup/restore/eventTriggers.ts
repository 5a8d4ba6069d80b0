import type pg from "pg";
import { messageOf } from "../../foundation/userError";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { AccessEntry } from "../postgres/access";
import { connect } from "../postgres/connect";
import { unquoteIdentifier } from "../postgres/sqlText";
import type { Entry } from "./contents";
import type { SchemaEntry } from "./schemaArchive";
import type { SchemaWriter } from "./schemaWriter";

/** The created event triggers, and their differences from the backup. */
export interface CreatedEventTriggers {
  /** Statements that enable them, as in the backup. */
  readonly enabling: readonly string[];
  readonly differences: readonly string[];
}

interface EventTrigger {
  readonly name: string;
  readonly owner: string;
  /** `O`, `D`, `R`, `A`, as in `pg_event_trigger.evtenabled`. */
  readonly enabled: string;
}

const modes: Readonly<Record<string, string>> = { O: "enable", A: "enable always", R: "enable replica" };

/** Returns whether an entry of the archive is an event trigger, or a comment on one. */
export function isOfEventTrigger({ kind, tag }: Pick<Entry, "kind" | "tag">): boolean {
  return kind === "EVENT TRIGGER" || (kind === "COMMENT" && tag.startsWith("EVENT TRIGGER "));
}

/**
 * Creates the event triggers and disables them, because they would act on the statements of the restore itself: one
 * that logs schema changes would add rows that are not in the backup, and one that refuses some would stop it. The
 * caller enables them in its last step.
 *
 * @param entries those for which `isOfEventTrigger` is true, in the order of the archive
 * @param backedUp the access inventory of the backup
 */
export async function createEventTriggers(
  client: pg.Client,
  entries: readonly SchemaEntry[],
  { writer, backedUp }: { readonly writer: SchemaWriter; readonly backedUp: readonly AccessEntry[] },
): Promise<CreatedEventTriggers> {
  if (entries.length === 0) return { enabling: [], differences: [] };
  await writer.write(entries);
  const written = new Set(entries.filter(({ kind }) => kind === "EVENT TRIGGER").map(({ tag }) => tag));
  const expected = backedUp.filter(
    ({ kind, name }) => kind === "event trigger" && written.has(unquoteIdentifier(name)),
  );
  const { rows } = await client.query<EventTrigger>(
    `select quote_ident(evtname) as name, pg_get_userbyid(evtowner) as owner, evtenabled as enabled
     from pg_event_trigger where quote_ident(evtname) = any ($1) order by 1`,
    [expected.map(({ name }) => name)],
  );
  const found = new Map(rows.map((row) => [row.name, row]));
  const differences = expected.flatMap(({ name, facts }) => {
    const created = found.get(name);
    // The writer reports those that could not be created as missing.
    if (created === undefined) return [];
    return [
      ...(created.owner === facts.owner
        ? []
        : [`event trigger ${name}: owner "${facts.owner}" in the backup, "${created.owner}" here`]),
      ...(created.enabled === facts.enabled
        ? []
        : [`event trigger ${name}: enabled "${facts.enabled}" in the backup, "${created.enabled}" here`]),
    ];
  });
  const enabling: string[] = [];
  for (const { name, enabled } of rows) {
    const mode = modes[enabled];
    if (mode === undefined) continue;
    await client.query(`alter event trigger ${name} disable`);
    enabling.push(`alter event trigger ${name} ${mode}`);
  }
  return { enabling, differences };
}

/**
 * Enables event triggers, all or none.
 *
 * @param enabling what `createEventTriggers` returned
 * @returns what is still disabled, with the reason and the statement that enables it
 */
export async function enableEventTriggers(
  settings: DatabaseSettings,
  enabling: readonly string[],
): Promise<string[]> {
  if (enabling.length === 0) return [];
  let client: pg.Client | undefined;
  try {
    client = await connect(settings, exitCodes.restoreFailed);
    // One message is one transaction.
    await client.query(enabling.join("; "));
    return [];
  } catch (error) {
    const reason = messageOf(error);
    return enabling.map((statement) => `an event trigger, which stays disabled: ${reason}: ${statement}`);
  } finally {
    await client?.end().catch(() => undefined);
  }
}
