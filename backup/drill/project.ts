import type pg from "pg";
import type { Manifest } from "../manifest";
import type { AccessEntry } from "../postgres/access";
import { platformRoles } from "../postgres/platform";
import { restoreAccess } from "../restore/compareAccess";
import { selectPlatformEntries } from "../restore/contents";
import type { SchemaEntry } from "../restore/schemaArchive";
import { prepareSession, SchemaWriter } from "../restore/schemaWriter";
import { createPlatformRoles } from "../restore/target";

/** Extensions that a new project has, as far as the platform's own objects use them. */
const extensionsAtBirth: ReadonlySet<string> = new Set([
  "pg_graphql",
  "pg_stat_statements",
  "pgcrypto",
  "supabase_vault",
  "uuid-ossp",
]);

/** Returns whether a backup is of a Supabase project, whose `postgres` is no superuser. */
export function isOfProject({ schemas, roles }: Pick<Manifest, "schemas" | "roles">): boolean {
  return schemas.includes("auth") && roles.includes("supabase_auth_admin");
}

/**
 * Turns an empty server into a new project, as far as a restore needs it: with the platform's roles and schemas, and
 * their objects and grants from the backup. New objects are granted to the API roles, as in projects from before
 * 2026-05-30, so the restore has to revoke these grants.
 *
 * @param admin the superuser `supabase_admin`
 * @param password the password of `postgres`, which has the privileges of a project
 * @returns platform objects that could not be created
 */
export async function createProject(
  admin: pg.Client,
  {
    schema,
    access,
    major,
    password,
  }: {
    readonly schema: readonly SchemaEntry[];
    readonly access: readonly AccessEntry[];
    /** Major version of the source. */
    readonly major: number;
    readonly password: string;
  },
): Promise<string[]> {
  await createPlatformRoles(admin, Object.keys(platformRoles));
  await admin.query(`
    alter role postgres login replication password ${admin.escapeLiteral(password)};
    grant anon, authenticated, service_role to authenticator;
    grant anon, authenticated, service_role, pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
    do $$ begin
      if current_setting('server_version_num')::int >= 160000 then
        execute 'grant anon, authenticated, service_role, pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option';
        execute 'grant authenticator to postgres with admin true, inherit false, set false';
        execute 'grant pg_create_subscription to postgres';
      end if;
    end $$;
    alter database postgres owner to postgres`);
  await openNewObjects(admin, "public", ["postgres", "supabase_admin"]);
  await prepareSession(admin);
  const writer = new SchemaWriter(admin, ["public", "extensions"]);
  await writer.write(selectPlatformEntries(schema, extensionsAtBirth));
  // A new project grants its extensions to its roles, which no archive contains.
  await restoreAccess(admin, access, {
    sourceMajor: major,
    targetMajor: major,
    isIncomplete: true,
    isProject: false,
    isWanted: ({ name, facts }) => facts.extension !== undefined || name.startsWith("extensions."),
  });
  return writer.missing.map(({ what, reason }) => `${what} of the platform (${reason})`);
}

/** Grants what these roles create in a schema to the API roles. */
export async function openNewObjects(
  client: pg.Client,
  schema: string,
  roles: readonly string[],
): Promise<void> {
  for (const role of roles) {
    for (const objects of ["tables", "sequences", "functions"]) {
      await client.query(
        `alter default privileges for role ${client.escapeIdentifier(role)} in schema ${client.escapeIdentifier(schema)}
         grant all on ${objects} to anon, authenticated, service_role`,
      );
    }
  }
}
