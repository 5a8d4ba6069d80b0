import { ensurePostgresInstalled, ensureTemplate } from "../../local/services/postgres";

/** Once per run: a complete PostgreSQL and the shaped template that every test cluster is a copy of. */
export default async function setup(): Promise<void> {
  const progress = (message: string): void => console.log(`databases for the tests: ${message}`);
  await ensureTemplate(await ensurePostgresInstalled(progress), progress);
}
