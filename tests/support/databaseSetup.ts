import type { TestProject } from "vitest/node";
import { ensurePostgresInstalled, ensureTemplate } from "../../emulators/postgres";
import { describeInstallation } from "../../emulators/postgres/installation";
import { ensureS3Installed } from "../../emulators/s3";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { ensureCompressor } from "../../local/compressor";

/** Prepares once per project: a complete PostgreSQL, the template that every test cluster copies, zstd and an S3 server. */
export default async function setup(project: TestProject): Promise<void> {
  const progress = (message: string): void => console.log(`databases for the tests: ${message}`);
  const ownServer = project.config.env?.[postgresqlBinVariable];
  const installation = ownServer === undefined ? undefined : await describeInstallation(ownServer);
  await ensureTemplate(installation ?? (await ensurePostgresInstalled(progress)), progress);
  await ensureCompressor(progress);
  await ensureS3Installed(progress);
}
