import type pg from "pg";

/**
 * Makes the jobs of pg_cron, last of all: they run from then on.
 * @returns what the target cannot have
 */
export async function restoreJobs(client: pg.Client, jobs: string): Promise<string[]> {
  if (jobs === "") return [];
  try {
    await client.query("create extension if not exists pg_cron");
  } catch (error) {
    return [`the jobs of pg_cron: ${error instanceof Error ? error.message : String(error)}`];
  }
  await client.query(jobs);
  return [];
}
