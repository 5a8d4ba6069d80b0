import type pg from "pg";

/**
 * Runs SQL in one transaction, and returns whether the server accepted it.
 * @throws Error if the session is lost
 */
export async function succeeds(client: pg.Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return false;
  }
}
