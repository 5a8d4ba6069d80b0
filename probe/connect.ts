import pg from "pg";
import { tlsOptions } from "../foundation/databaseTls";
import type { ProbeSettings } from "./environment";

const connectTimeoutSeconds = 15;
/** Time limit of one measurement. Shorter than the role's own limit, so that the error names the measurement. */
const statementTimeoutSeconds = 8;

/** Opens a session of the role `monitoring`, which reads only. */
export async function connect(
  { sslMode, sslRootCertificate, ...place }: ProbeSettings["database"],
  password: string,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...place,
    password,
    ssl: tlsOptions(sslMode, sslRootCertificate),
    application_name: "thorbis-probe",
    connectionTimeoutMillis: connectTimeoutSeconds * 1000,
  });
  // When an idle session breaks, its next query fails; the process must not crash.
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Set by statements, because the shared pooler drops start-up options.
    await client.query(
      `set default_transaction_read_only = on; set statement_timeout = '${statementTimeoutSeconds}s'`,
    );
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}
