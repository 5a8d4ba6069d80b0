import type pg from "pg";
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
