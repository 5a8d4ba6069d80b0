import { ensureCompressor } from "../../local/compressor";
import { ensurePostgresInstalled, ensureTemplate } from "../../local/services/postgres";
import { ensureS3Installed } from "../../local/services/s3";

/** Once per run: a complete PostgreSQL, the shaped template that every test cluster is a copy of, zstd and an S3 server. */
export default async function setup(): Promise<void> {
  const progress = (message: string): void => console.log(`databases for the tests: ${message}`);
  await ensureTemplate(await ensurePostgresInstalled(progress), progress);
  await ensureCompressor(progress);
  await ensureS3Installed(progress);
}
