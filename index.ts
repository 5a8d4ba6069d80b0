import { Provider as PostgresqlProvider } from "@pulumi/postgresql/provider";
import { connectionFromEnvironment, connectionUrl } from "./components/databaseConnection";
import { DatabaseExtensions } from "./components/databaseExtensions";
import { DatabaseRoles } from "./components/databaseRoles/databaseRoles";
import { SqlBundle } from "./components/sqlBundle";
import { loadStackConfig } from "./config";

const config = loadStackConfig();
const connection = connectionFromEnvironment();

const postgresql = new PostgresqlProvider("postgresql", {
  host: connection.host,
  port: connection.port,
  database: connection.database,
  username: connection.user,
  password: connection.password,
  sslmode: connection.sslMode,
  superuser: false,
});
const roles = new DatabaseRoles("database-roles", {
  provider: postgresql,
  logins: config.database.roles,
});
const extensions = new DatabaseExtensions("database-extensions", {
  provider: postgresql,
  extensions: config.database.extensions,
});
const sql = new SqlBundle("sql", {
  connection,
  requires: [...roles.ids, ...extensions.ids],
  ...config.sql,
  deletionProtection: config.project.deletionProtection,
});

export const databaseUrl = connectionUrl(connection);
export const sqlBundleVersion = sql.version;
