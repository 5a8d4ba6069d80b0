import * as pulumi from "@pulumi/pulumi";
import type { Choice, LimitName } from "../bundleArguments";

export interface SqlBundleConnectionArgs {
  readonly host: pulumi.Input<string>;
  /** Default 5432. Port 6543, the pooler in transaction mode, is refused. */
  readonly port?: pulumi.Input<number>;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
  readonly database: pulumi.Input<string>;
  /**
   * `require` encrypts; `verify-full` also verifies the server's certificate and name. Default: `disable` on this machine, else
   * `verify-full` if there is a root certificate, else `require`.
   */
  readonly sslMode?: pulumi.Input<Choice<"sslMode">>;
  /** PEM of the CA that signed the server's certificate. Without it, `verify-full` uses the CAs of Node. */
  readonly sslRootCertificate?: pulumi.Input<string | undefined> | undefined;
}

/** `bundleArguments.ts` has defaults and descriptions. */
export type SqlBundleLimitsArgs = { readonly [Name in LimitName]?: pulumi.Input<number> };

export interface SqlBundleArgs {
  /** The name under which the database records the bundle. It cannot change. */
  readonly name: pulumi.Input<string>;
  /** The folder with `migrations/` and `repeatable/`, relative to the project's folder. Moving it is not a change. */
  readonly directory: pulumi.Input<string>;
  /** Path → SHA-256, as `readBundleFiles(directory)` returns them. */
  readonly files: pulumi.Input<Record<string, string>>;
  readonly connection: pulumi.Input<SqlBundleConnectionArgs>;
  /**
   * What the SQL depends on, such as the IDs of roles. Until all are known, a preview lists the files and runs nothing. A new
   * value is not a change.
   */
  readonly requires?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  readonly limits?: pulumi.Input<SqlBundleLimitsArgs> | undefined;
  /** `live`, the default: a preview executes the files in a transaction that is rolled back. */
  readonly dryRun?: pulumi.Input<Choice<"dryRun">> | undefined;
  /** What happens to extra policies, grants, functions, triggers and publication members in managed schemas. Default `report`. */
  readonly prune?: pulumi.Input<Choice<"prune">> | undefined;
  /** What happens if migrations block others or lose data (docs/locks.md). Default `report`. */
  readonly hazards?: pulumi.Input<Choice<"hazards">> | undefined;
  /** Version of the newest migration that the database already has. Migrations up to it are recorded, not run. */
  readonly baseline?: pulumi.Input<string> | undefined;
  /** `database`, the default: refresh also compares access outside of the bundle. `bundle`: it does not. */
  readonly watch?: pulumi.Input<Choice<"watch">> | undefined;
  /** Changes outside of the bundle to add to the baseline, as a refresh prints them. */
  readonly accept?: pulumi.Input<readonly string[]> | undefined;
  /** Roles and extensions that the stack creates outside of its SQL. Their creation is not reported. */
  readonly declared?:
    | pulumi.Input<{ readonly roles: readonly string[]; readonly extensions: readonly string[] }>
    | undefined;
  /** Lets an older checkout apply its repeatables to a newer database. Default false. */
  readonly allowAhead?: pulumi.Input<boolean> | undefined;
  /** Lets `destroy` forget the bundle. The database is not changed either way. Default false. */
  readonly deletable?: pulumi.Input<boolean> | undefined;
}

/**
 * Identity (`policy shared.customers tenant_isolation`) → what happened to the object, or property → how it changed
 * (`true → false`).
 */
export type SqlBundleDrift = Record<string, string | Record<string, string>>;

/** Applies the migrations and repeatables of one database, and reports and repairs drift. */
export class SqlBundle extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** The version of the newest applied migration. */
  declare readonly version: pulumi.Output<string>;
  /** Path → SHA-256. */
  declare readonly appliedFiles: pulumi.Output<Record<string, string>>;
  /** The objects that the files created: a line per object, with its digest and identity. */
  declare readonly expected: pulumi.Output<string>;
  /** The access outside of the bundle: a line per group, with its digest and name. */
  declare readonly access: pulumi.Output<string>;
  /** The differences in the database; empty if there are none. Updated by every refresh. */
  declare readonly live: pulumi.Output<SqlBundleDrift>;
  /** Tables of the bundle without row-level security after the last deployment; undefined if there are none. */
  declare readonly openTables: pulumi.Output<string[] | undefined>;

  constructor(resourceName: string, args: SqlBundleArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = {
      ...args,
      connection: pulumi.secret(args.connection),
      schemaVersion: undefined,
      version: undefined,
      appliedFiles: undefined,
      repeatables: undefined,
      expected: undefined,
      live: undefined,
      access: undefined,
      serverMajor: undefined,
      openTables: undefined,
    };
    super(
      "supabasex:index:SqlBundle",
      resourceName,
      inputs,
      pulumi.mergeOptions(options, { version: "0.1.0", additionalSecretOutputs: ["connection"] }),
    );
  }
}
