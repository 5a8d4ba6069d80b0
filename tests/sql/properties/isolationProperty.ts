import fc from "fast-check";
import type { Client } from "pg";
import { attempt } from "../support/actors";
import { outsiderId } from "../support/world";
import { type Request, request } from "./randomStatement";
import {
  makeWorld,
  type RandomTenant,
  randomTenants,
  tables,
  tenantColumn,
  tenantIdAt,
  userIdAt,
} from "./randomWorld";

/** SQLSTATE classes with which a statement may be refused: privileges and syntax, integrity, data, unsupported, limits. */
const refusals = /^(42501|23|22|0A|21|428C9)/;

/** All data of a tenant, as one number per table and tenant. */
const fingerprints = tables
  .map((table) => {
    const column = tenantColumn(table);
    return `select '${table}' as name, ${column} as tenant, md5(string_agg(t::text, ',' order by t::text)) as rows from ${table} as t group by ${column}`;
  })
  .join(" union all ");

async function readFingerprints(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; tenant: string; rows: string }>(fingerprints);
  return new Map(rows.map((row) => [`${row.name} of ${row.tenant}`, row.rows]));
}

/** Returns the sender of a request: existing positions, or a user without a tenant. */
function senderOf(
  tenants: readonly RandomTenant[],
  sent: Request,
): { tenant: number; user: number } | undefined {
  if (sent.tenant < 0) return undefined;
  const tenant = sent.tenant % tenants.length;
  return { tenant, user: sent.user % (tenants[tenant]?.users.length ?? 1) };
}

/**
 * Returns the tenant whose rows a request may access: none for outsiders, disabled users and tokens of another tenant than the user's.
 * A machine belongs to the tenant in its token.
 */
function ownTenant(tenants: readonly RandomTenant[], sent: Request): string | undefined {
  if (sent.machineRole !== undefined) return tenantIdAt(namedTenant(tenants, sent));
  const sender = senderOf(tenants, sent);
  if (sender === undefined || tenants[sender.tenant]?.users[sender.user]?.disabled !== false)
    return undefined;
  return (sent.forgedTenant ?? sender.tenant) === sender.tenant ? tenantIdAt(sender.tenant) : undefined;
}

/** Returns the position of the tenant in the token. */
const namedTenant = (tenants: readonly RandomTenant[], sent: Request): number =>
  sent.forgedTenant ?? senderOf(tenants, sent)?.tenant ?? 0;

/** Returns the token's `sub`. Auth has no user for a machine. */
function subjectOf(tenants: readonly RandomTenant[], sent: Request): string {
  if (sent.machineRole !== undefined) return crypto.randomUUID();
  const sender = senderOf(tenants, sent);
  return sender === undefined ? outsiderId : userIdAt(sender.tenant, sender.user);
}

/** The outcome of a statement: refused, or with or without an effect on the sender's own rows or in its result. */
export type Ending = "refused" | "reached" | "nothing";

/**
 * Returns the property: with any tenants, users and rows, and for any request, no statement returns another tenant's row and none
 * leaves another tenant's rows different. The transaction is rolled back after each run.
 *
 * @param client `postgres`
 * @param onStatement receives the outcome of each statement
 */
export function isolationProperty(client: Client, onStatement: (ending: Ending) => void) {
  return fc.asyncProperty(
    randomTenants,
    fc.array(request, { minLength: 10, maxLength: 10 }),
    async (tenants, requests) => {
      await client.query("begin");
      try {
        await makeWorld(client, tenants);
        for (const each of requests) await check(client, tenants, each, { onStatement });
      } finally {
        await client.query("rollback");
      }
    },
  );
}

async function check(
  client: Client,
  tenants: readonly RandomTenant[],
  sent: Request,
  { onStatement }: { readonly onStatement: (ending: Ending) => void },
): Promise<void> {
  const own = ownTenant(tenants, sent);
  const before = await readFingerprints(client);
  await client.query("savepoint request");

  await client.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify({
      sub: subjectOf(tenants, sent),
      role: "authenticated",
      aal: "aal2",
      tenant_id: tenantIdAt(namedTenant(tenants, sent)),
      tenant_role: sent.machineRole,
    }),
  ]);
  await client.query("set local role authenticated");
  for (const setting of sent.settings) await attempt(client, setting);

  let returned: string[] = [];
  let failure: { code?: string; message?: string } | undefined;
  await client.query("savepoint statement");
  try {
    const { rows } = await client.query<{ tenant?: string }>(sent.sql);
    returned = rows.flatMap((row) => (row.tenant ? [row.tenant] : []));
  } catch (error) {
    failure = error as { code?: string; message?: string };
    await client.query("rollback to savepoint statement");
  }
  await client.query("reset role; set local row_security = on; set local search_path = ''");
  const after = await readFingerprints(client);
  await client.query("rollback to savepoint request");
  const isSame = [...before].every(([key, rows]) => after.get(key) === rows) && before.size === after.size;
  onStatement(failure !== undefined ? "refused" : returned.length > 0 || !isSame ? "reached" : "nothing");

  if (failure !== undefined && !refusals.test(failure.code ?? "")) {
    throw new Error(`${failure.code ?? "no code"}: ${failure.message ?? ""}`);
  }
  const foreign = returned.filter((tenant) => tenant !== own);
  if (foreign.length > 0) throw new Error(`returned rows of ${[...new Set(foreign)].join(", ")}`);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    if (key.endsWith(` of ${own ?? ""}`) && own !== undefined) continue;
    if (before.get(key) !== after.get(key)) throw new Error(`changed ${key}`);
  }
}
