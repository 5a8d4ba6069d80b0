import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { forEachLimited } from "../concurrency";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { connect } from "../postgres/connect";
import { countRows } from "../postgres/inventory";

export interface RestoredDatabase {
  readonly target: DatabaseSettings;
  /** Sessions at once. */
  readonly parallel: number;
}

/**
 * The proof of a restore: as many rows in every table as the snapshot had. Statistics for the planner are made on the way.
 *
 * @returns the rows of all tables
 * @throws UserError that names every table that differs
 */
export async function compareRows(
  { tables }: Pick<Manifest, "tables">,
  { target, parallel }: RestoredDatabase,
): Promise<number> {
  const found = new Map<string, number>();
  const clients: pg.Client[] = [];
  try {
    for (let session = 0; session < Math.min(parallel, tables.length); session += 1) {
      const client = await connect(target, exitCodes.restoreFailed);
      clients.push(client);
      await client.query("set statement_timeout = 0; set row_security = off");
    }
    const idle = [...clients];
    await forEachLimited(tables, clients.length, async ({ schema, table }) => {
      const client = idle.pop();
      if (client === undefined) throw new Error("there are fewer sessions than tables at once");
      const [count] = await countRows(client, [{ schema, name: table }]);
      found.set(JSON.stringify([schema, table]), count?.rows ?? 0);
      await client.query(`analyze ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`);
      idle.push(client);
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Counting what was restored failed: ${reason}.`, exitCodes.restoreFailed, {
      cause: error,
    });
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
  const differences = tables.flatMap(({ schema, table, rows }) => {
    const count = found.get(JSON.stringify([schema, table])) ?? 0;
    return count === rows ? [] : [`${schema}.${table} has ${count} rows, the backup ${rows}`];
  });
  if (differences.length > 0) {
    throw new UserError(
      `The restored database is not what was backed up: ${differences.join("; ")}.`,
      exitCodes.restoreFailed,
    );
  }
  return [...found.values()].reduce((sum, rows) => sum + rows, 0);
}
