import * as z from "zod";
import { sessionsBesideDumps } from "../../foundation/backupContract";
import { databasePassword, distinct, integer, matching } from "../fields";

/** Extensions that Supabase's images have on PostgreSQL 15 but not on 17. */
const oldExtensionNames = ["pgjwt", "plv8", "timescaledb"];

/**
 * Extensions that `postgres` may create on a hosted project: those of supautils, and the older ones on PostgreSQL 15.
 */
export const extensionNames = [
  ...[
    "address_standardizer address_standardizer_data_us autoinc bloom btree_gin btree_gist citext cube",
    "dblink dict_int dict_xsyn earthdistance fuzzystrmatch hstore http hypopg index_advisor",
    "insert_username intarray isn ltree moddatetime pg_buffercache pg_cron pg_graphql pg_hashids",
    "pg_jsonschema pg_net pg_partman pg_prewarm pg_repack pg_stat_monitor pg_stat_statements pg_tle",
    "pg_trgm pg_walinspect pgaudit pgcrypto pgmq pgroonga pgroonga_database pgrouting pgrowlocks",
    "pgsodium pgstattuple pgtap plpgsql_check postgis postgis_raster postgis_sfcgal",
    "postgis_tiger_geocoder postgis_topology postgres_fdw refint rum seg sslinfo supabase_vault",
    "tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp vector wrappers",
  ].flatMap((line) => line.split(" ")),
  ...oldExtensionNames,
];

/** Returns the schema of a role that people or programs use to log in. */
const loginRole = (who: string, connectionLimit: number) =>
  z.strictObject({
    password: databasePassword(`Password of the ${who} role.`),
    connectionLimit: integer(1, 100)
      .default(connectionLimit)
      .meta({
        description: `Maximum number of connections of the ${who} role.`,
      }),
  });

/**
 * The settings that the Management API allows a project to override. An unset one keeps the value of the compute size.
 */
const settingsSchema = z.strictObject({
  maxConnections: integer(20, 10_000).optional().meta({ description: "`max_connections`. Restarts." }),
  sharedBuffersMegabytes: integer(16, 1_048_576)
    .optional()
    .meta({ description: "`shared_buffers`. Restarts." }),
  effectiveCacheSizeMegabytes: integer(16, 1_048_576)
    .optional()
    .meta({ description: "`effective_cache_size`." }),
  workMemMegabytes: integer(1, 65_536).optional().meta({ description: "`work_mem`." }),
  maintenanceWorkMemMegabytes: integer(1, 65_536).optional().meta({ description: "`maintenance_work_mem`." }),
  maxWalSenders: integer(5, 100).optional().meta({ description: "`max_wal_senders`. Restarts." }),
  maxReplicationSlots: integer(5, 100).optional().meta({ description: "`max_replication_slots`. Restarts." }),
});

/** The PostgreSQL database: access, roles, extensions and settings. */
export const databaseSchema = z.strictObject({
  password: databasePassword("Password of the `postgres` role."),
  connection: z.enum(["sessionPooler", "direct"]).default("sessionPooler").meta({
    description:
      "How the deployment and the backup connect. `direct` is IPv6 only without the paid IPv4 add-on.",
  }),
  sslEnforcement: z.boolean().default(true).meta({
    description: "Whether the server refuses connections without TLS. A change restarts the database.",
  }),
  sslRootCertificate: matching(
    /^certificates\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    "must be a file in certificates/, such as certificates/supabase.crt",
  )
    .optional()
    .meta({
      description:
        "PEM file in `certificates/` of the CA that signs the server's certificate. With it, every connection verifies the server; without it, connections are only encrypted.",
      example: "certificates/supabase.crt",
    }),
  // A backup with one parallel dump needs this many.
  poolSize: integer(1 + sessionsBesideDumps, 3000)
    .default(20)
    .meta({
      description:
        "Server connections per user and database that the pooler keeps (Supavisor and PgBouncer).",
    }),
  settings: settingsSchema.prefault({}),
  extensions: distinct(z.enum(extensionNames))
    .default(["uuid-ossp", "pgcrypto", "pg_stat_statements", "postgis", "pg_cron", "pg_trgm", "btree_gin"])
    .meta({
      description: `Extensions to create. ${oldExtensionNames.map((name) => `\`${name}\``).join(", ")} exist on PostgreSQL 15 only.`,
      example: "pgcrypto",
    }),
  roles: z
    .strictObject({
      monitoring: loginRole("monitoring", 3).prefault({} as never),
      backup: loginRole("backup", 20).prefault({} as never),
      preview: loginRole("preview", 3).prefault({} as never),
    })
    .prefault({}),
  application: z
    .strictObject({
      poolSize: integer(1, 1000)
        .default(10)
        .meta({ description: "`DATABASE_POOL_SIZE` of the application." }),
      timeoutMilliseconds: integer(100, 600_000).default(30_000).meta({
        description: "`DATABASE_TIMEOUT` of the application.",
      }),
    })
    .prefault({}),
});
