import * as pulumi from "@pulumi/pulumi";
import type { SslMode } from "../foundation/databaseTls";

/** A connection to a PostgreSQL server as one role. */
export interface DatabaseConnection {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  /** As in libpq: `require` encrypts, `verify-full` also verifies the server's certificate and name. */
  readonly sslMode: pulumi.Input<SslMode>;
  /** For `verify-full`: the PEM file of the CA that signed the server's certificate, relative to the project. */
  readonly sslRootCertificate?: pulumi.Input<string | undefined>;
}

/**
 * Returns the connection as a `postgresql://` URL, which is secret because it contains the password. It is used where
 * the CA file does not exist, so it only requires encryption. With the file, add `sslmode=verify-full` and
 * `sslrootcert`.
 */
export function connectionUrl(connection: DatabaseConnection): pulumi.Output<string> {
  const { host, port, database, user, password, sslMode } = connection;
  const url = pulumi
    .all([host, port, database, user, password, sslMode])
    .apply(
      ([host, port, database, user, password, sslMode]) =>
        `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}?sslmode=${sslMode === "disable" ? "disable" : "require"}`,
    );
  return pulumi.secret(url);
}
