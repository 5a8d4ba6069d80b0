import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../foundation/userError";

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

/**
 * The connection that DATABASE_URL names: what `npm start` brings up, or the server an operator points at.
 * @throws UserError when the variable is missing or is no PostgreSQL URL.
 */
export function connectionFromEnvironment(environment: NodeJS.ProcessEnv = process.env): DatabaseConnection {
  const text = environment.DATABASE_URL;
  if (text === undefined || text === "") {
    throw new UserError(
      'There is no database to connect to: run `npm start`, or `eval "$(npm run -s local:env)"` in this shell, which sets DATABASE_URL.',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") {
    throw new UserError(
      "DATABASE_URL is not a URL of the form postgresql://user:password@host:port/database.",
    );
  }
  return {
    host: url.hostname,
    port: Number(url.port === "" ? 5432 : url.port),
    database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
    user: decodeURIComponent(url.username) || "postgres",
    password: pulumi.secret(decodeURIComponent(url.password)),
    sslMode: url.searchParams.get("sslmode") === "disable" ? "disable" : "require",
  };
}
