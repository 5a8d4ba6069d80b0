import type pg from "pg";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import { connect } from "./connect";

const patienceMilliseconds = 5000;

/**
 * Ends a session, also while it runs a query. A server notices a closed connection only when the query has ended, and keeps
 * the session's locks until then. A failure is ignored: without a server there is no session to end.
 */
export async function endSession(client: pg.Client, settings: DatabaseSettings): Promise<void> {
  const control = await connect(settings, exitCodes.dumpFailed).catch(() => undefined);
  await control
    ?.query("select pg_terminate_backend($1, $2)", [
      (client as { processID?: number }).processID,
      patienceMilliseconds,
    ])
    .catch(() => undefined);
  await control?.end().catch(() => undefined);
}
