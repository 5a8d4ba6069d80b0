import type pg from "pg";
import { exitCodes } from "../exitCodes";
import { connect } from "../postgres/connect";
import type { Filling } from "./filling";
import { prepareSession } from "./schemaWriter";

/** Opens sessions in the target for parallel work, and closes them afterwards. */
export async function withSessions(
  count: number,
  { settings }: Filling,
  work: (sessions: readonly pg.Client[]) => Promise<void>,
): Promise<void> {
  const sessions: pg.Client[] = [];
  try {
    while (sessions.length < count) {
      const session = await connect(settings, exitCodes.restoreFailed);
      sessions.push(session);
      await prepareSession(session);
    }
    await work(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.end().catch(() => undefined)));
  }
}
