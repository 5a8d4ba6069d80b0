/**
 * What Supabase puts into a project's database, on the images of PostgreSQL 15 and 17. A new project has all of it, and
 * its `postgres` may not create it, so a restore skips it.
 */
export const platformSchemas: ReadonlySet<string> = new Set([
  "_analytics",
  "_realtime",
  "_supavisor",
  "auth",
  "cron",
  "etl",
  "extensions",
  "graphql",
  "graphql_public",
  "net",
  "pgbouncer",
  "pgsodium",
  "pgsodium_masks",
  "pgtle",
  "realtime",
  "storage",
  "supabase_functions",
  "vault",
]);

/** Roles of a new project, with the attributes that a plain server needs for their objects and policies. */
export const platformRoles: Readonly<Record<string, string>> = {
  anon: "nologin",
  authenticated: "nologin",
  authenticator: "nologin noinherit",
  dashboard_user: "nologin createdb createrole",
  pgbouncer: "nologin",
  pgsodium_keyholder: "nologin",
  pgsodium_keyiduser: "nologin",
  pgsodium_keymaker: "nologin",
  pgtle_admin: "nologin",
  postgres: "nologin createdb createrole bypassrls",
  service_role: "nologin bypassrls",
  supabase_admin: "nologin createdb createrole bypassrls",
  supabase_auth_admin: "nologin noinherit createrole",
  supabase_etl_admin: "nologin",
  supabase_functions_admin: "nologin noinherit createrole",
  supabase_privileged_role: "nologin",
  supabase_read_only_user: "nologin bypassrls",
  supabase_realtime_admin: "nologin noinherit",
  supabase_replication_admin: "nologin",
  supabase_storage_admin: "nologin noinherit createrole",
};

/** Those whose settings `postgres` may change, so they may contain settings of an application. */
export const platformRolesWithOpenSettings: readonly string[] = [
  "anon",
  "authenticated",
  "authenticator",
  "postgres",
  "service_role",
];

/**
 * Returns whether an object belongs to the platform: it is in a schema with a platform's name, and its owner is a role
 * of the platform other than `postgres`. An application's own `create schema etl`, and what `postgres` puts into
 * `extensions`, belongs to the application. `pg_depend` identifies members of extensions.
 */
export function isPlatformObject(schema: string, owner: string): boolean {
  return platformSchemas.has(schema) && isPlatformOwner(owner);
}

export function isPlatformRole(role: string): boolean {
  return Object.hasOwn(platformRoles, role);
}

/** Returns whether a role is one of the platform's, other than the `postgres` that applications use. */
export function isPlatformOwner(role: string): boolean {
  return role !== "postgres" && isPlatformRole(role);
}

/** Roles of the platform for which `postgres` can act. */
const apiRoles: readonly string[] = ["anon", "authenticated", "service_role"];

/** Returns whether an application cannot change the default privileges of a role. */
export function hasFixedDefaults(role: string): boolean {
  return isPlatformOwner(role) && !apiRoles.includes(role);
}

/** Publications that the platform creates. */
export const platformPublications: ReadonlySet<string> = new Set([
  "supabase_realtime",
  "supabase_realtime_messages_publication",
]);

/** Event triggers that the platform creates, on its images of PostgreSQL 15 and 17. */
export const platformEventTriggers: ReadonlySet<string> = new Set([
  "graphql_watch_ddl",
  "graphql_watch_drop",
  "issue_graphql_placeholder",
  "issue_pg_cron_access",
  "issue_pg_graphql_access",
  "issue_pg_net_access",
  "pgrst_ddl_watch",
  "pgrst_drop_watch",
]);

/**
 * Users and their credentials. Sessions, tokens and challenges are omitted: they are useless in a project with other
 * signing keys, and users sign in again.
 */
export const authTables: readonly string[] = [
  "users",
  "identities",
  "mfa_factors",
  "sso_providers",
  "sso_domains",
  "saml_providers",
  "oauth_clients",
  "webauthn_credentials",
];

/** Only buckets: the rows of `storage.objects` describe files, which are not part of a database backup. */
export const storageTables: readonly string[] = ["buckets"];

/** Extensions of a new project. A backup of an older one may lack some. */
export const extensionsAtBirth: ReadonlySet<string> = new Set([
  "pg_graphql",
  "pg_net",
  "pg_stat_statements",
  "pgcrypto",
  "pgjwt",
  "plpgsql",
  "supabase_vault",
  "uuid-ossp",
]);
