import type pg from "pg";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import { connect } from "./connect";

const patienceMilliseconds = 5000;

/**
 * Ends the session of a server process, also while it runs a query. A server notices a closed connection only when the query has ended, and keeps
 * the session's locks until then. A failure is ignored: without a server there is no session to end.
 */
export async function endSession(pid: number, settings: DatabaseSettings): Promise<void> {
  const control = await connect(settings, exitCodes.dumpFailed).catch(() => undefined);
  await control
    ?.query("select pg_terminate_backend($1, $2)", [pid, patienceMilliseconds])
    .catch(() => undefined);
  await control?.end().catch(() => undefined);
}

/** Returns the server process of a session. A pooler tells its clients another number at the login. */
export async function serverProcess(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const [session] = rows;
  if (session === undefined) throw new Error("pg_backend_pid() returned no row.");
  return session.pid;
}
