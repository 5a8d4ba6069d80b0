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
  readonly extensions: readonly Extension[];

  constructor(name: string, args: DatabaseExtensionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseExtensions", name, opts);
    this.extensions = args.extensions.map(
      (extension) =>
        new Extension(
          this.childName(extension.replaceAll("_", "-")),
          {
            name: extension,
            schema: schemaExceptions[extension] ?? "extensions",
            database: args.database ?? "postgres",
          },
          this.childOptions({ provider: args.provider }),
        ),
    );

    this.registerOutputs({ extensions: args.extensions });
  }
}
