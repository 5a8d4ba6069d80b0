import { chmod, chown, mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { startCluster } from "../../local/services/postgres";
import { overridesFile } from "../../local/services/postgres/configuration";
import { startTestCluster, type TestCluster } from "./cluster";

/** A cluster that offers TLS as hosted Supabase does, with a certificate of an authority that no system knows. */
export interface TlsCluster extends TestCluster {
  /** File with the certificate of the authority that signed the server's; that one is for 127.0.0.1, not for `localhost`. */
  readonly authority: string;
  /** File with the certificate of another authority of the same name. */
  readonly stranger: string;
}

export async function startTlsCluster(): Promise<TlsCluster> {
  const cluster = await startTestCluster();
  await cluster.stop();
  const certificates = path.join(cluster.directory, "certificates");
  await mkdir(certificates);
  const authority = await createAuthority(path.join(certificates, "authority"));
  const stranger = await createAuthority(path.join(certificates, "stranger"));
  await installServerCertificate(path.join(cluster.directory, "data"), authority);
  // Started and not reloaded: a server that was told to reload takes a moment.
  const { pid } = await startCluster({
    directory: cluster.directory,
    port: cluster.port,
    postgresPassword: "test-password",
    durable: false,
  });
  return { ...cluster, pid, authority: `${authority}.crt`, stranger: `${stranger}.crt` };
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** The path of its two files, without their extensions. */
async function createAuthority(file: string): Promise<string> {
  await execa("openssl", [
    ...["req", "-x509", ...newKey, "-days", "2", "-subj", "/CN=Test Root CA"],
    ...["-keyout", `${file}.key`, "-out", `${file}.crt`],
  ]);
  return file;
}

async function installServerCertificate(dataDirectory: string, authority: string): Promise<void> {
  const file = path.join(dataDirectory, "server");
  await execa("openssl", [
    ...["req", ...newKey, "-subj", "/CN=server"],
    ...["-keyout", `${file}.key`, "-out", `${file}.csr`],
  ]);
  await writeFile(`${file}.ext`, "subjectAltName=IP:127.0.0.1\n");
  await execa("openssl", [
    ...["x509", "-req", "-in", `${file}.csr`, "-extfile", `${file}.ext`, "-days", "2", "-out", `${file}.crt`],
    ...["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`, "-CAcreateserial"],
  ]);
  const overrides = path.join(dataDirectory, overridesFile);
  await writeFile(overrides, "ssl = on\n");
  // The server takes its key from a file of its own user that nobody else can read.
  const { uid, gid } = await stat(dataDirectory);
  for (const name of [`${file}.crt`, `${file}.key`, overrides]) await chown(name, uid, gid);
  await chmod(`${file}.key`, 0o600);
}
