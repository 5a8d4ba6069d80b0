import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { BundleLimits, BundleSettings } from "../plugins/supabasex/bundleArguments";
import { readBundleFiles, SqlBundle as SqlBundleResource } from "../plugins/supabasex/sdk";
import { Component } from "./component";
import type { DatabaseConnection } from "./databaseConnection";

/** The settings of a bundle are declared next to its provider, with their defaults and descriptions. */
export interface SqlBundleArgs extends BundleSettings, BundleLimits {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly connection: DatabaseConnection;
  /**
   * Dependencies of the SQL, such as the IDs of roles. Until all are known, a preview lists the files and runs nothing.
   */
  readonly requires: readonly pulumi.Input<string>[];
  /** Roles and extensions that the stack creates. Their appearance in the database is not reported. */
  readonly declared: { readonly roles: readonly string[]; readonly extensions: readonly string[] };
  /** Folder with `migrations/` and `repeatable/`, relative to the project. */
  readonly directory: string;
  /** Refuses `pulumi destroy`. The database keeps its data in any case. */
  readonly deletionProtection: boolean;
}

/**
 * Applies the stack's SQL (schemas, tables, policies, functions, jobs), reapplies it when needed, and watches it for
 * drift.
 */
export class SqlBundle extends Component {
  /** The version of the newest applied migration. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: SqlBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SqlBundle", name, opts);
    const { connection } = args;
    const bundle = new SqlBundleResource(
      this.childName("bundle"),
      {
        name: "thorbis",
        directory: args.directory,
        files: readBundleFiles(args.directory),
        connection: {
          host: connection.host,
          port: connection.port,
          user: connection.user,
          password: connection.password,
          database: connection.database,
          sslMode: connection.sslMode,
          // The file's content, so a refresh does not need the file.
          sslRootCertificate: pulumi
            .output(connection.sslRootCertificate)
            .apply((file) => (file === undefined ? undefined : readFileSync(file, "utf8"))),
        },
        requires: args.requires,
        limits: {
          lockWaitSeconds: args.lockWaitSeconds,
          lockTimeoutSeconds: args.lockTimeoutSeconds,
          lockRetries: args.lockRetries,
          statementTimeoutSeconds: args.statementTimeoutSeconds,
          dryRunStatementTimeoutSeconds: args.dryRunStatementTimeoutSeconds,
          dryRunMaxTableMegabytes: args.dryRunMaxTableMegabytes,
        },
        dryRun: args.dryRun,
        prune: args.prune,
        hazards: args.hazards,
        baseline: args.baseline,
        watch: args.watch,
        accept: [...args.accept],
        declared: args.declared,
        allowAhead: args.allowAhead,
        deletable: !args.deletionProtection,
      },
      this.childOptions({ protect: args.deletionProtection }),
    );
    this.version = bundle.version;
    this.registerOutputs({ version: bundle.version });
  }
}
