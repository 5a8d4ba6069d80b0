import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { resource } from "../engine/table";
import type { Server } from "./connection";
import { firstRow, identifier } from "./sql";

type GrantRoleState = { role: string; grantRole: string; withAdminOption: boolean };

/** The membership of `role` in `grantRole`. It is immutable, so every change replaces it. */
export const grantRole = resource<Server, GrantRoleState>({
  // The old and the new membership cannot exist at the same time.
  deleteBeforeReplace: true,
  inputs: {
    role: { type: "string", required: true, replaces: true },
    grantRole: { type: "string", required: true, replaces: true },
    withAdminOption: { type: "boolean", default: false, replaces: true },
  },

  async create(server, state, context) {
    await server.write(server.database, context, async (client) => {
      // Revokes an unwanted admin option of an existing membership.
      if ((await readMembership(client, state)) !== undefined) await revoke(client, state);
      const option = state.withAdminOption ? " with admin option" : "";
      await client.query(`grant ${identifier(state.grantRole)} to ${identifier(state.role)}${option}`);
    });
    return { id: `${state.role}_${state.grantRole}_${state.withAdminOption}` };
  },

  async read(server, id, { role, grantRole }, context) {
    if (role === undefined || grantRole === undefined) {
      throw new UserError(
        `The role membership ${id} cannot be imported: declare it, because granting it again does no harm.`,
      );
    }
    const found = await server.read(server.database, context, (client) =>
      readMembership(client, { role, grantRole }),
    );
    return found && { id: `${role}_${grantRole}_${found.withAdminOption}`, state: found };
  },

  async delete(server, _id, state, context) {
    await server.write(server.database, context, async (client) => {
      if ((await readMembership(client, state)) !== undefined) await revoke(client, state);
    });
  },
});

async function readMembership(
  client: pg.ClientBase,
  { role, grantRole }: Pick<GrantRoleState, "role" | "grantRole">,
): Promise<GrantRoleState | undefined> {
  return firstRow<GrantRoleState>(
    client,
    `select $1::text as "role", $2::text as "grantRole", bool_or(admin_option) as "withAdminOption"
     from pg_catalog.pg_auth_members
     where pg_catalog.pg_get_userbyid(member) = $1 and pg_catalog.pg_get_userbyid(roleid) = $2
     having count(*) > 0`,
    [role, grantRole],
  );
}

async function revoke(client: pg.ClientBase, { role, grantRole }: GrantRoleState): Promise<void> {
  await client.query(`revoke ${identifier(grantRole)} from ${identifier(role)}`);
}
