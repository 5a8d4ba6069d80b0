import { Extension } from "@pulumi/postgresql/extension";
import type { Provider } from "@pulumi/postgresql/provider";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";

/**
 * Extensions of the guide and the schema each lives in. `pg_cron` is put into `pg_catalog` by the server, whatever
 * schema is asked for; everything else stays out of `public`.
 */
export const databaseExtensions = {
  "uuid-ossp": "extensions",
  pgcrypto: "extensions",
  pg_stat_statements: "extensions",
  postgis: "extensions",
  pg_trgm: "extensions",
  btree_gin: "extensions",
  pg_cron: "pg_catalog",
} as const;

export interface DatabaseExtensionsArgs {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly provider: Provider;
  /** Database to extend. Default `postgres`, the only one that Supabase serves and pg_cron runs in. */
  readonly database?: string;
  /** `pgjwt` too: PostgreSQL 17 of Supabase no longer has it. Default false. */
  readonly includePgjwt?: boolean;
}

/** The PostgreSQL extensions that the SQL bundle builds on. Versions are the platform's to choose. */
export class DatabaseExtensions extends Component {
  readonly extensions: readonly Extension[];

  constructor(name: string, args: DatabaseExtensionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseExtensions", name, opts);
    const wanted: Record<string, string> = { ...databaseExtensions };
    if (args.includePgjwt === true) wanted.pgjwt = "extensions";

    this.extensions = Object.entries(wanted).map(
      ([extension, schema]) =>
        new Extension(
          this.childName(extension.replaceAll("_", "-")),
          { name: extension, schema, database: args.database ?? "postgres" },
          this.childOptions({ provider: args.provider }),
        ),
    );

    this.registerOutputs({ extensions: Object.keys(wanted) });
  }
}
