import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { splitStatements } from "../postgres/sqlText";
import { succeeds } from "./succeeds";

/** Sets each sequence to its position. One that cannot be set is a difference, which the comparison finds. */
export async function setSequences(client: pg.Client, text: string): Promise<void> {
  const statements = splitStatements(text);
  for (let start = 0; start < statements.length; start += statementsAtOnce) {
    const batch = statements.slice(start, start + statementsAtOnce);
    if (!(await succeeds(client, batch.join("\n")))) {
      for (const statement of batch) await succeeds(client, statement);
    }
  }
}

/** The number of statements per transaction. Each may take a lock. */
const statementsAtOnce = 200;

export async function runText(client: pg.Client, name: string, text: string): Promise<void> {
  const statements = splitStatements(text);
  try {
    for (let start = 0; start < statements.length; start += statementsAtOnce)
      await client.query(statements.slice(start, start + statementsAtOnce).join("\n"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Restoring ${name} failed: ${reason}.`, exitCodes.restoreFailed, { cause: error });
  }
}
