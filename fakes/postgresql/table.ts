import type { Property, Table } from "../engine/table";
import { type ProviderConfig, Server } from "./connection";
import { extension } from "./extension";
import { grantRole } from "./grantRole";
import { role } from "./role";
import { schema } from "./schema";

const text: Property = { type: "string" };

/** The part of @pulumi/postgresql that this stack uses. */
export const postgresql: Table<Server> = {
  package: "postgresql",
  plugin: { name: "postgresql", version: "3.18.1" },
  config: {
    host: { ...text, required: true },
    port: { type: "number", default: 5432 },
    database: { ...text, default: "postgres" },
    username: { ...text, default: "postgres" },
    password: { ...text, secret: true },
    databaseUsername: text,
    scheme: { ...text, default: "postgres" },
    sslmode: { ...text, default: "require" },
    sslMode: text,
    sslrootcert: text,
    superuser: { type: "boolean", default: true },
    connectTimeout: { type: "number", default: 180 },
    maxConnections: { type: "number", default: 20 },
    expectedVersion: text,
  },
  // Checked against `config` above.
  connect: (config) => new Server(config as unknown as ProviderConfig),
  resources: {
    "postgresql:index/extension:Extension": extension,
    "postgresql:index/grantRole:GrantRole": grantRole,
    "postgresql:index/role:Role": role,
    "postgresql:index/schema:Schema": schema,
  },
};
