import type pg from "pg";
import { resource } from "../engine/table";
import type { Server } from "./connection";
import { asMemberOf, databaseExists, firstRow, identifier, splitId } from "./sql";

type SchemaState = {
  name: string;
  database?: string;
  owner?: string;
  ifNotExists: boolean;
  dropCascade: boolean;
};

export const schema = resource<Server, SchemaState>({
  autoname: { maxLength: 63 },
  inputs: {
    name: { type: "string", required: true },
    database: { type: "string", computed: true, replaces: true },
    owner: { type: "string", computed: true },
    ifNotExists: { type: "boolean", default: true },
    dropCascade: { type: "boolean", default: false },
  },

  async create(server, state, context) {
    const database = state.database ?? server.database;
    await server.write(database, context, (client) =>
      asMemberOf(client, ownerOf(state), async () => {
        const name = identifier(state.name);
        const guard = state.ifNotExists ? "if not exists " : "";
        const owner = state.owner === undefined ? "" : ` authorization ${identifier(state.owner)}`;
        const existed = (await readSchema(client, state.name)) !== undefined;
        await client.query(`create schema ${guard}${name}${owner}`);
        if (existed && state.owner !== undefined) {
          await client.query(`alter schema ${name} owner to ${identifier(state.owner)}`);
        }
      }),
    );
    return { id: `${database}.${state.name}` };
  },

  async read(server, id, known, context) {
    const identity = known.name === undefined ? splitId(id, "schema") : { ...known, name: known.name };
    const { name, database = server.database } = identity;
    if (!(await databaseExists(server, database, context))) return undefined;
    const found = await server.read(database, context, (client) => readSchema(client, name));
    return found && { id: `${database}.${name}`, state: { name, database, ...found } };
  },

  async update(server, _id, { before, after }, context) {
    await server.write(after.database ?? server.database, context, (client) =>
      asMemberOf(client, [...ownerOf(before), ...ownerOf(after)], async () => {
        const name = identifier(after.name);
        if (before.name !== after.name) {
          await client.query(`alter schema ${identifier(before.name)} rename to ${name}`);
        }
        if (after.owner !== undefined && before.owner !== after.owner) {
          await client.query(`alter schema ${name} owner to ${identifier(after.owner)}`);
        }
      }),
    );
  },

  async delete(server, _id, state, context) {
    await server.write(state.database ?? server.database, context, (client) =>
      asMemberOf(client, ownerOf(state), async () => {
        const mode = state.dropCascade ? "cascade" : "restrict";
        await client.query(`drop schema if exists ${identifier(state.name)} ${mode}`);
      }),
    );
  },
});

function ownerOf({ owner }: SchemaState): string[] {
  return owner === undefined ? [] : [owner];
}

async function readSchema(client: pg.ClientBase, name: string): Promise<{ owner: string } | undefined> {
  return firstRow<{ owner: string }>(
    client,
    "select pg_catalog.pg_get_userbyid(nspowner) as owner from pg_catalog.pg_namespace where nspname = $1",
    [name],
  );
}
