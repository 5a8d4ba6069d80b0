import { resource } from "../engine/table";
import type { Server } from "./connection";
import { databaseExists, firstRow, identifier, splitId } from "./sql";

type ExtensionState = {
  name: string;
  schema?: string;
  version?: string;
  database?: string;
  createCascade: boolean;
  dropCascade: boolean;
};

export const extension = resource<Server, ExtensionState>({
  autoname: { maxLength: 63 },
  inputs: {
    name: { type: "string", required: true, replaces: true },
    schema: { type: "string", computed: true },
    version: { type: "string", computed: true },
    database: { type: "string", computed: true, replaces: true },
    createCascade: { type: "boolean", default: false },
    dropCascade: { type: "boolean", default: false },
  },

  async create(server, state, context) {
    const database = state.database ?? server.database;
    await server.write(database, context, async (client) => {
      const options = [
        state.schema === undefined ? "" : ` schema ${identifier(state.schema)}`,
        state.version === undefined ? "" : ` version ${identifier(state.version)}`,
        state.createCascade ? " cascade" : "",
      ];
      await client.query(`create extension if not exists ${identifier(state.name)}${options.join("")}`);
    });
    return { id: `${database}.${state.name}` };
  },

  async read(server, id, known, context) {
    const identity = known.name === undefined ? splitId(id, "extension") : { ...known, name: known.name };
    const { name, database = server.database } = identity;
    if (!(await databaseExists(server, database, context))) return undefined;
    const found = await server.read(database, context, (client) =>
      firstRow<{ schema: string; version: string }>(
        client,
        `select n.nspname as schema, e.extversion as version
         from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
         where e.extname = $1`,
        [name],
      ),
    );
    return found && { id: `${database}.${name}`, state: { name, database, ...found } };
  },

  async update(server, _id, { before, after }, context) {
    await server.write(after.database ?? server.database, context, async (client) => {
      const alter = `alter extension ${identifier(after.name)}`;
      if (after.schema !== undefined && after.schema !== before.schema) {
        await client.query(`${alter} set schema ${identifier(after.schema)}`);
      }
      if (after.version !== undefined && after.version !== before.version) {
        await client.query(`${alter} update to ${identifier(after.version)}`);
      }
    });
  },

  async delete(server, _id, state, context) {
    await server.write(state.database ?? server.database, context, async (client) => {
      const mode = state.dropCascade ? "cascade" : "restrict";
      await client.query(`drop extension if exists ${identifier(state.name)} ${mode}`);
    });
  },
});
