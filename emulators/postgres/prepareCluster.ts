import type pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { readMemory, remember } from "./clusterMemory";
import { connect } from "./connection";
import { isVerifierOf, localPassword, platformLoginRoles, scramVerifier } from "./passwords";
import { grantLegacyDefaultPrivileges, makeRealtimePartitions } from "./shape";
import { templatePassword } from "./template";

/** Applies the parts that a copy of the template lacks, and those that every start renews. */
export async function prepareCluster(
  directory: string,
  port: number,
  options: { readonly postgresPassword: string; readonly legacyDefaultPrivileges?: boolean },
): Promise<void> {
  const isNew = readMemory(directory).adminPassword === undefined;
  const client = await connectAsAdmin(directory, port, options.postgresPassword);
  try {
    await client.query("begin");
    if (isNew && options.legacyDefaultPrivileges === true) await grantLegacyDefaultPrivileges(client);
    await setPasswords(client, options.postgresPassword);
    await makeRealtimePartitions(client);
    await client.query("commit");
  } finally {
    await client.end();
  }
  remember(directory, { adminPassword: localPassword("supabase_admin", options.postgresPassword) });
}

async function connectAsAdmin(directory: string, port: number, postgresPassword: string): Promise<pg.Client> {
  const passwords = [
    localPassword("supabase_admin", postgresPassword),
    readMemory(directory).adminPassword,
    templatePassword,
  ];
  let refusal: unknown;
  for (const password of passwords.filter((entry) => entry !== undefined)) {
    try {
      return await connect(port, { user: "supabase_admin", password });
    } catch (error) {
      if ((error as { code?: string }).code !== sqlStates.invalidPassword) throw error;
      refusal = error;
    }
  }
  throw new UserError(
    `The password of supabase_admin on the local PostgreSQL in ${directory} was changed manually: delete the local stack with \`npm run down\` and start it again.`,
    1,
    { cause: refusal },
  );
}

/** Sets only the passwords that differ, so that adopting a cluster changes nothing. */
async function setPasswords(client: pg.Client, postgresPassword: string): Promise<void> {
  const roles = ["postgres", ...platformLoginRoles];
  const { rows } = await client.query<{ role: string; stored: string | null }>(
    "select rolname as role, rolpassword as stored from pg_authid where rolname = any ($1)",
    [roles],
  );
  for (const { role, stored } of rows) {
    const password = localPassword(role, postgresPassword);
    if (!isVerifierOf(password, stored ?? "")) {
      await client.query(`alter role ${role} password '${scramVerifier(password)}'`);
    }
  }
}
