import type pg from "pg";

/** Runs work in a transaction, which a failure of the work rolls back. The error is that of the work. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    // On a lost session the rollback fails, too, and says less than the first error.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
