import { Extension } from "@pulumi/postgresql/extension";
import type { Provider } from "@pulumi/postgresql/provider";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";

/**
 * Where extensions go that do not live in `extensions`. pg_cron is put into `pg_catalog` by the server, whatever schema
 * is asked for, and vault has a schema of its own.
 */
const schemaExceptions: Readonly<Record<string, string>> = { pg_cron: "pg_catalog", supabase_vault: "vault" };

export interface DatabaseExtensionsArgs {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly provider: Provider;
  /** Database to extend. Default `postgres`, the only one that Supabase serves and pg_cron runs in. */
  readonly database?: string;
  /** Names as in `create extension`. */
  readonly extensions: readonly string[];
}

/** The PostgreSQL extensions that the SQL bundle builds on. Versions are the platform's to choose. */
export class DatabaseExtensions extends Component {
  /** Known once all of the extensions exist. */
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
            // Indexes and columns of tables hang on them; they go with the project, not before.
            retainOnDelete: true,
            // The platform updates extensions; that is no drift.
            ignoreChanges: ["version"],
          }),
        ),
    );

    this.ids = extensions.map(({ id }) => id);
    this.registerOutputs({ extensions: args.extensions });
  }
}
