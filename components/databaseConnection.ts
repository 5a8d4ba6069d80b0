import * as pulumi from "@pulumi/pulumi";

/** How to reach a PostgreSQL server as one role. */
export interface DatabaseConnection {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  readonly sslMode: pulumi.Input<"disable" | "require">;
}

/** The connection as a `postgresql://` URL, secret because of the password in it. */
export function connectionUrl(connection: DatabaseConnection): pulumi.Output<string> {
  const { host, port, database, user, password, sslMode } = connection;
  const url = pulumi
    .all([host, port, database, user, password, sslMode])
    .apply(
      ([host, port, database, user, password, sslMode]) =>
        `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}?sslmode=${sslMode}`,
    );
  return pulumi.secret(url);
}
