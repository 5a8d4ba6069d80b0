import { chmod, chown, mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { startCluster } from "../../emulators/postgres";
import { overridesFile } from "../../emulators/postgres/configuration";
import { type Authority, createAuthority, serverCertificate } from "./certificates";
import { startTestCluster, type TestCluster } from "./cluster";

/** A cluster with TLS like hosted Supabase, with a certificate of an authority that no system trusts. */
export interface TlsCluster extends TestCluster {
  /** File with the CA certificate of the server's certificate, which is valid for 127.0.0.1 but not for `localhost`. */
  readonly authority: string;
  /** File with the certificate of another authority with the same name. */
  readonly stranger: string;
}

export async function startTlsCluster(): Promise<TlsCluster> {
  const cluster = await startTestCluster();
  await cluster.stop();
  const certificates = path.join(cluster.directory, "certificates");
  await mkdir(certificates);
  const [authority, stranger] = [await createAuthority(), await createAuthority()];
  const files = {
    authority: path.join(certificates, "authority.crt"),
    stranger: path.join(certificates, "stranger.crt"),
  };
  await writeFile(files.authority, authority.certificate);
  await writeFile(files.stranger, stranger.certificate);
  await installServerCertificate(path.join(cluster.directory, "data"), authority);
  // Restarts instead of reloading, because a reload takes effect with a delay.
  const { pid } = await startCluster({
    directory: cluster.directory,
    port: cluster.port,
    postgresPassword: "test-password",
    durable: false,
  });
  return { ...cluster, pid, ...files };
}

async function installServerCertificate(dataDirectory: string, authority: Authority): Promise<void> {
  const file = path.join(dataDirectory, "server");
  const { certificate, key } = await serverCertificate(authority, "127.0.0.1");
  await writeFile(`${file}.crt`, certificate);
  await writeFile(`${file}.key`, key);
  const overrides = path.join(dataDirectory, overridesFile);
  await writeFile(overrides, "ssl = on\n");
  // The server requires that only its own user can read the key file.
  const { uid, gid } = await stat(dataDirectory);
  for (const name of [`${file}.crt`, `${file}.key`, overrides]) await chown(name, uid, gid);
  await chmod(`${file}.key`, 0o600);
}
