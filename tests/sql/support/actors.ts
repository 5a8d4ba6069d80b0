import type { Client } from "pg";
import type { BundledDatabase } from "./database";
import { idOf, outsiderId, type TenantLetter, type TenantRole, tenantId, tenantRoles, userId } from "./world";

/** A user of the database: a Postgres role and, through the Data API, the claims of a token. */
export interface Actor {
  /** `admin of a`, `anon`, `monitoring`, … */
  readonly name: string;
  readonly role: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly tenant?: TenantLetter;
  readonly tenantRole?: TenantRole;
}

/** Returns the claims that the token hook gives a user, by default with a second factor. */
export function claimsOf(tenant: TenantLetter, role: TenantRole, aal = "aal2"): Record<string, unknown> {
  return {
    sub: userId(tenant, role),
    role: "authenticated",
    aal,
    tenant_id: tenantId(tenant),
    tenant_role: role,
  };
}

export function member(tenant: TenantLetter, tenantRole: TenantRole): Actor {
  return {
    name: `${tenantRole} of ${tenant}`,
    role: "authenticated",
    claims: claimsOf(tenant, tenantRole),
    tenant,
    tenantRole,
  };
}

/** Returns the actor for our own backend with a token that it signed itself: no account, no session of Auth, no membership. */
export function machine(tenant: TenantLetter, tenantRole: TenantRole): Actor {
  return {
    name: `machine, ${tenantRole} of ${tenant}`,
    role: "authenticated",
    claims: { ...claimsOf(tenant, tenantRole), sub: idOf(tenant, 9) },
    tenant,
    tenantRole,
  };
}

export const outsider: Actor = {
  name: "outsider",
  role: "authenticated",
  claims: { sub: outsiderId, role: "authenticated", aal: "aal2" },
};

/** All actors of the isolation matrix. */
export const actors: readonly Actor[] = [
  { name: "anon", role: "anon", claims: { role: "anon" } },
  ...tenantRoles.map((role) => member("a", role)),
  member("b", "admin"),
  machine("a", "admin"),
  outsider,
  { name: "service_role", role: "service_role", claims: { role: "service_role" } },
  ...["authenticator", "supabase_auth_admin", "app_owner", "monitoring", "backup", "preview"].map((role) => ({
    name: role,
    role,
  })),
];

const ownConnections = new WeakMap<BundledDatabase, Map<string, Promise<Client>>>();

/** Returns the connection of an actor, and whether the role is set on it or used to log in. */
async function connectionOf(database: BundledDatabase, actor: Actor): Promise<[Client, boolean]> {
  const connections = ownConnections.get(database) ?? new Map<string, Promise<Client>>();
  ownConnections.set(database, connections);
  const open = async (): Promise<Client> => {
    switch (actor.role) {
      case "monitoring":
      case "backup":
      case "preview":
        return await database.connectAs(actor.role);
      default:
        return await database.cluster.client(actor.role);
    }
  };
  if (!["anon", "authenticated", "service_role", "app_owner"].includes(actor.role)) {
    const connection = connections.get(actor.role) ?? open();
    connections.set(actor.role, connection);
    return [await connection, false];
  }
  return [database.postgres, true];
}

/** Runs queries as the actor, in a transaction that is rolled back. */
export async function as<T>(
  database: BundledDatabase,
  actor: Actor,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const [client, setRole] = await connectionOf(database, actor);
  await client.query("begin");
  try {
    await client.query("select set_config('request.jwt.claims', $1, true)", [
      actor.claims === undefined ? "" : JSON.stringify(actor.claims),
    ]);
    if (setRole) await client.query(`set local role ${client.escapeIdentifier(actor.role)}`);
    return await run(client);
  } finally {
    await client.query("rollback");
  }
}

/** The result of a statement: its row count, or the SQLSTATE and message of its failure. The transaction continues. */
export type Outcome = { readonly rows: number } | { readonly code: string; readonly message: string };

export async function attempt(
  client: Client,
  sql: string,
  values: unknown[] = [],
  options: { /** Roll back its effects. */ readonly undo?: boolean } = {},
): Promise<Outcome> {
  await client.query("savepoint attempt");
  try {
    const result = await client.query(sql, values);
    await client.query(options.undo === true ? "rollback to savepoint attempt" : "release savepoint attempt");
    return { rows: result.rowCount ?? 0 };
  } catch (error) {
    await client.query("rollback to savepoint attempt");
    const { code = "", message } = error as { code?: string; message: string };
    return { code, message };
  }
}
