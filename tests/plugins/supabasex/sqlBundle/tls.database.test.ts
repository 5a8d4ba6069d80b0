import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "../../../../plugins/supabasex/provider/sqlBundle/inputs";
import { connect, disconnect } from "../../../../plugins/supabasex/provider/sqlBundle/session/connection";
import { startTlsCluster, type TlsCluster } from "../../../support/tlsCluster";
import { failureOf } from "./support";

let cluster: TlsCluster;
beforeAll(async () => {
  cluster = await startTlsCluster();
});
afterAll(() => cluster.remove());

const connectionTo = (settings: Partial<Connection>): Connection => ({
  host: "127.0.0.1",
  port: cluster.port,
  user: "postgres",
  password: "test-password",
  database: "postgres",
  ...settings,
});

/** Returns whether a session with these settings is encrypted, according to the server. */
async function isEncrypted(settings: Partial<Connection>): Promise<boolean> {
  const client = await connect(connectionTo(settings), { applicationName: "tls" });
  try {
    const { rows } = await client.query<{ ssl: boolean }>(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    );
    return rows[0]?.ssl === true;
  } finally {
    await disconnect(client);
  }
}

const refusal = (settings: Partial<Connection>) =>
  failureOf(connect(connectionTo(settings), { applicationName: "tls" }));

test("verifies the server if a CA certificate is given", async () => {
  const sslRootCertificate = await readFile(cluster.authority, "utf8");

  expect(await isEncrypted({ sslMode: "verify-full", sslRootCertificate })).toBe(true);
});

test("encrypts without verification if SSL is required and no CA is known", async () => {
  expect(await isEncrypted({ sslMode: "require" })).toBe(true);
  expect(await isEncrypted({ sslMode: "disable" })).toBe(false);
});

test("refuses a server of another CA, of a public CA only, and with another name", async () => {
  const sslRootCertificate = await readFile(cluster.authority, "utf8");
  const stranger = await readFile(cluster.stranger, "utf8");
  const sentence = (reason: string, host = "127.0.0.1") =>
    `The TLS certificate of postgres on ${host}:${cluster.port} cannot be verified (${reason}): ` +
    "database.sslRootCertificate must name the certificate that the project's database settings offer for download.";

  expect(await refusal({ sslMode: "verify-full", sslRootCertificate: stranger })).toMatch(
    /^The TLS certificate of postgres on 127\.0\.0\.1:\d+ cannot be verified \([A-Z_]+\): database\.sslRootCertificate must name/,
  );
  expect(await refusal({ sslMode: "verify-full" })).toBe(sentence("UNABLE_TO_VERIFY_LEAF_SIGNATURE"));
  expect(await refusal({ sslMode: "verify-full", sslRootCertificate, host: "localhost" })).toBe(
    sentence("ERR_TLS_CERT_ALTNAME_INVALID", "localhost"),
  );
});
