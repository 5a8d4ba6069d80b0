import * as pulumi from "@pulumi/pulumi";
import type { SslMode } from "../foundation/databaseTls";

/** How to reach a PostgreSQL server as one role. */
export interface DatabaseConnection {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  /** As in libpq: `require` encrypts, `verify-full` also verifies the server's certificate and name. */
  readonly sslMode: pulumi.Input<SslMode>;
  /** For `verify-full`: the PEM file of the authority that signed the server's certificate, relative to the project. */
  readonly sslRootCertificate?: pulumi.Input<string | undefined>;
}

/**
 * The connection as a `postgresql://` URL, secret because of the password in it. It goes to places where the authority's file is
 * not, so it asks for encryption at most; who has the file adds `sslmode=verify-full` and `sslrootcert`.
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
