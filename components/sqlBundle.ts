import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  type SqlBundleArgs as ResourceArgs,
  readBundleFiles,
  SqlBundle as SqlBundleResource,
} from "../plugins/supabasex/sdk";
import { Component } from "./component";
import type { DatabaseConnection } from "./databaseConnection";

/** How the bundle is previewed and applied. The provider's SDK has descriptions and defaults. */
type BundleSettings = Pick<
  ResourceArgs,
  "limits" | "dryRun" | "prune" | "hazards" | "baseline" | "watch" | "accept" | "allowAhead"
>;

export interface SqlBundleArgs extends BundleSettings {
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
  /** Refuses `pulumi destroy`. The database keeps its data in any case. Default true. */
  readonly deletionProtection?: boolean | undefined;
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
    const protection = args.deletionProtection ?? true;
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
        limits: args.limits,
        dryRun: args.dryRun,
        prune: args.prune,
        hazards: args.hazards,
        baseline: args.baseline,
        watch: args.watch,
        accept: args.accept,
        declared: args.declared,
        allowAhead: args.allowAhead,
        deletable: !protection,
      },
      this.childOptions({ protect: protection }),
    );
    this.version = bundle.version;
    this.registerOutputs({ version: bundle.version });
  }
}
