import * as pulumi from "@pulumi/pulumi";
import type { SslMode } from "../../foundation/databaseTls";
import { sessionPooler } from "../../foundation/sessionPooler";
import type { DatabaseConnection } from "../databaseConnection";

/** The address of the database, and the form of the role `postgres` there. */
export interface DatabaseEndpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * Returns the direct endpoint. IPv6 only, unless the project has the paid IPv4 add-on. GitHub's runners have no IPv6.
 */
export function directEndpoint(ref: string): DatabaseEndpoint {
  return { host: `db.${ref}.supabase.co`, port: 5432, database: "postgres", user: "postgres" };
}

/** Returns the shared pooler in session mode. Its host cannot be derived: `url` is the API's response. */
export function sessionPoolerEndpoint(url: Readonly<Record<string, string>>): DatabaseEndpoint {
  return sessionPooler(url);
}

/**
 * Returns the pooler as the API returns it: on hosted projects in transaction mode, for applications with short
 * requests.
 */
export function poolerEndpoint(url: Readonly<Record<string, string>>): DatabaseEndpoint {
  const { host, user, database } = sessionPooler(url);
  const text = url.transaction ?? url.session ?? "";
  return { host, user, database, port: Number(new URL(text.replace("[YOUR-PASSWORD]", "")).port) };
}

/**
 * Returns a role's name at an endpoint. The shared pooler expects `<role>.<ref>`, other servers the plain name. The
 * form of `postgres` shows which.
 */
export function userAt(endpoint: DatabaseEndpoint, role: string): string {
  const dot = endpoint.user.indexOf(".");
  return dot === -1 ? role : `${role}${endpoint.user.slice(dot)}`;
}

/**
 * Returns the connection of a login role, over TLS unless the server is on this machine and has none. The server is
 * verified if the certificate of its CA is configured; Supabase has its own CA, which no system trusts.
 */
export function connectionOf(
  endpoint: pulumi.Output<DatabaseEndpoint>,
  {
    role,
    password,
    sslRootCertificate,
  }: {
    readonly role: string;
    readonly password: pulumi.Input<string>;
    readonly sslRootCertificate: string | undefined;
  },
): DatabaseConnection {
  const isLocal = endpoint.host.apply((host) => host === "127.0.0.1");
  const remoteMode = sslRootCertificate === undefined ? "require" : "verify-full";
  return {
    host: endpoint.host,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.apply((known) => userAt(known, role)),
    password: pulumi.secret(password),
    sslMode: isLocal.apply((local): SslMode => (local ? "disable" : remoteMode)),
    sslRootCertificate: isLocal.apply((local) => (local ? undefined : sslRootCertificate)),
  };
}
