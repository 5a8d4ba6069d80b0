import { Extension } from "@pulumi/postgresql/extension";
import type { Provider } from "@pulumi/postgresql/provider";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";

/**
 * The schemas of extensions that are not in `extensions`. The server always puts pg_cron into `pg_catalog`, and vault
 * has its own schema.
 */
const schemaExceptions: Readonly<Record<string, string>> = { pg_cron: "pg_catalog", supabase_vault: "vault" };

export interface DatabaseExtensionsArgs {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly provider: Provider;
  /** The database to extend. Default `postgres`, the only one that Supabase serves and in which pg_cron runs. */
  readonly database?: pulumi.Input<string>;
  /** Names as in `create extension`. */
  readonly extensions: readonly string[];
}

/** The PostgreSQL extensions that the SQL bundle needs. The platform chooses their versions. */
export class DatabaseExtensions extends Component {
  /** Known when all of the extensions exist. */
  readonly ids: readonly pulumi.Output<string>[];

  constructor(name: string, args: DatabaseExtensionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseExtensions", name, opts);
    const extensions = args.extensions.map(
      (extension) =>
        new Extension(
          this.childName(extension.replaceAll("_", "-")),
          {
            name: extension,
            schema: schemaExceptions[extension] ?? "extensions",
            database: args.database ?? "postgres",
          },
          this.childOptions({
            provider: args.provider,
            // Indexes and columns of tables depend on them, so they are only deleted with the project.
            retainOnDelete: true,
            // The platform updates extensions, which is not drift.
            ignoreChanges: ["version"],
          }),
        ),
    );

    this.ids = extensions.map(({ id }) => id);
    this.registerOutputs({ extensions: args.extensions });
  }
}
