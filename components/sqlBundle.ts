import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { readBundleFiles, SqlBundle as SqlBundleResource } from "../plugins/supabasex/sdk";
import { Component } from "./component";
import type { DatabaseConnection } from "./databaseConnection";

export interface SqlBundleArgs {
  /** As the deploying role, hosted Supabase's `postgres`. */
  readonly connection: DatabaseConnection;
  /** What the SQL builds on, such as the IDs of roles: until all are known, a preview lists the files and runs nothing. */
  readonly requires: readonly pulumi.Input<string>[];
  /** Folder with `migrations/` and `repeatable/`, relative to the project. */
  readonly directory: string;
  /** `live` runs the SQL in every preview and rolls it back; `off` only lists the files. */
  readonly dryRun: "live" | "off";
  /** What becomes of policies, grants, functions, triggers and publication members that nobody declared on managed tables. */
  readonly prune: "report" | "drop";
  readonly lockWaitSeconds: number;
  readonly lockTimeoutSeconds: number;
  /** Times that a transaction is begun anew after a lost lock or a deadlock. */
  readonly lockRetries: number;
  readonly statementTimeoutSeconds: number;
  /** Newest migration that an existing database already has. */
  readonly baseline?: string | undefined;
  /** Applies repeatables even where the database has newer migrations than this checkout. */
  readonly allowAhead: boolean;
  /** Refuses `pulumi destroy`. The database keeps its data either way. */
  readonly deletionProtection: boolean;
}

/** The SQL of the stack (schemas, tables, policies, functions, jobs), applied, kept applied and watched for drift. */
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
          password: pulumi
            .all([connection.password, pulumi.all([...args.requires])])
            .apply(([password]) => password),
          database: connection.database,
          sslMode: connection.sslMode,
          // Its text, so that a refresh does without the file.
          sslRootCertificate: pulumi
            .output(connection.sslRootCertificate)
            .apply((file) => (file === undefined ? undefined : readFileSync(file, "utf8"))),
        },
        limits: {
          lockWaitSeconds: args.lockWaitSeconds,
          lockTimeoutSeconds: args.lockTimeoutSeconds,
          lockRetries: args.lockRetries,
          statementTimeoutSeconds: args.statementTimeoutSeconds,
        },
        dryRun: args.dryRun,
        prune: args.prune,
        baseline: args.baseline,
        allowAhead: args.allowAhead,
        deletable: !args.deletionProtection,
      },
      this.childOptions({ protect: args.deletionProtection }),
    );
    this.version = bundle.version;
    this.registerOutputs({ version: bundle.version });
  }
}
