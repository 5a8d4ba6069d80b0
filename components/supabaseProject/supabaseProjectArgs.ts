import type * as pulumi from "@pulumi/pulumi";
import type { ApiArgs } from "./apiSettings";
import type { AuthArgs } from "./authArgs";
import type { DatabaseParameters } from "./databaseSettings";
import type { NetworkArgs } from "./networkSettings";
import type { RealtimeArgs } from "./realtimeSettings";
import type { StorageArgs } from "./storageSettings";

/** The database of a project and the ways to connect to it. */
export interface DatabaseArgs {
  /** Password of the role `postgres`. Always a secret. */
  readonly password: pulumi.Input<string>;
  /** How the stack connects. `direct` is IPv6 only, unless the project has the paid IPv4 add-on. Default `sessionPooler`. */
  readonly connection?: "sessionPooler" | "direct" | undefined;
  /** Whether the server refuses connections without TLS. A change restarts the database. */
  readonly sslEnforcement: pulumi.Input<boolean>;
  /**
   * PEM file of the CA that signed the server's certificate, relative to the project. Default: connections are encrypted,
   * and the server is not verified.
   */
  readonly sslRootCertificate?: string | undefined;
  /** Server connections per user and database that the pooler keeps. */
  readonly poolSize: pulumi.Input<number>;
  /** PostgreSQL parameters that override those of the compute size. Default: none. */
  readonly parameters?: DatabaseParameters | undefined;
}

/**
 * A value that another resource computes can be any `Input`. Plain values decide which resources are declared. Units are
 * part of the names; docs/configuration.md has the platform's limits.
 */
export interface SupabaseProjectArgs {
  /** Name that the dashboard shows. */
  readonly name: pulumi.Input<string>;
  /** Slug of the organization. A change is refused, because a project cannot move. */
  readonly organizationId: pulumi.Input<string>;
  /** A change is refused like that of the organization. */
  readonly region: pulumi.Input<string>;
  /** Compute size, such as `micro`. */
  readonly instanceSize: pulumi.Input<string>;
  /** Refuses `pulumi destroy`, and keeps the project if it leaves the program. Default true. */
  readonly deletionProtection?: boolean | undefined;
  readonly database: DatabaseArgs;
  readonly auth: AuthArgs;
  readonly api: ApiArgs;
  readonly storage: StorageArgs;
  readonly realtime: RealtimeArgs;
  readonly network: NetworkArgs;
  /** An IPv4 address that may connect in addition to the blocks of `network`: that of the backups. Default: none. */
  readonly admittedAddress?: pulumi.Input<string> | undefined;
}
