import { Provider as PostgresqlProvider } from "@pulumi/postgresql/provider";
import { containedIn } from "./components/component";
import { connectionUrl } from "./components/databaseConnection";
import { DatabaseExtensions } from "./components/databaseExtensions";
import { DatabaseRoles } from "./components/databaseRoles/databaseRoles";
import { EdgeFunctions } from "./components/edgeFunctions/edgeFunctions";
import { SqlBundle } from "./components/sqlBundle";
import { AccessTokenHook } from "./components/supabaseProject/accessTokenHook";
import { ProjectWatch } from "./components/supabaseProject/projectWatch";
import { SupabaseProject } from "./components/supabaseProject/supabaseProject";
import { loadStackConfig } from "./config";
import { declareAwsWatch } from "./stack/awsWatch";
import { declareBackups } from "./stack/backups";
import { declareMonitoring } from "./stack/monitoring";
import { declareNetwork } from "./stack/network";

const config = loadStackConfig();
const { project, database, sql: bundle } = config;
const { deletionProtection } = project;

// The network of the backups. The database allows its address.
const network = declareNetwork(config);
const natAddress = network.own?.natAddress;

// The project and its database connections.
const supabase = new SupabaseProject("supabase", {
  name: project.name,
  organizationId: project.organizationId,
  region: project.region,
  instanceSize: project.instanceSize,
  deletionProtection,
  database: {
    password: database.password,
    connection: database.connection,
    sslEnforcement: database.sslEnforcement,
    sslRootCertificate: database.sslRootCertificate,
    poolSize: database.poolSize,
    parameters: database.settings,
  },
  auth: config.auth,
  api: config.api,
  storage: config.storage,
  realtime: config.realtime,
  network: { allowedCidrs: config.network.allowedCidrs },
  admittedAddress: natAddress,
});
const { connection } = supabase;
const inProject = containedIn(supabase.project);
const postgresql = new PostgresqlProvider("postgresql", {
  host: connection.host,
  port: connection.port,
  database: connection.database,
  username: connection.user,
  // The pooler's user is `postgres.<ref>`, the server's `postgres`, to which the plugin reassigns objects of deleted roles.
  databaseUsername: "postgres",
  password: connection.password,
  sslmode: connection.sslMode,
  sslrootcert: connection.sslRootCertificate,
  superuser: false,
  // The session pooler limits all connections of the deployment together to its pool size (database.poolSize).
  maxConnections: 4,
});

// The roles and extensions that the SQL needs, and the SQL.
const roles = new DatabaseRoles(
  "database-roles",
  {
    provider: postgresql,
    logins: database.roles,
  },
  inProject,
);
const extensions = new DatabaseExtensions(
  "database-extensions",
  {
    provider: postgresql,
    extensions: database.extensions,
  },
  inProject,
);
const sql = new SqlBundle(
  "sql",
  {
    connection,
    requires: [...roles.ids, ...extensions.ids],
    declared: { roles: Object.keys(roles.roles), extensions: database.extensions },
    directory: bundle.directory,
    dryRun: bundle.dryRun,
    prune: bundle.prune,
    hazards: bundle.hazards,
    watch: bundle.watch,
    accept: bundle.accept,
    baseline: bundle.baseline,
    allowAhead: bundle.allowAhead,
    limits: {
      lockWaitSeconds: bundle.lockWaitSeconds,
      lockTimeoutSeconds: bundle.lockTimeoutSeconds,
      lockRetries: bundle.lockRetries,
      statementTimeoutSeconds: bundle.statementTimeoutSeconds,
      dryRunStatementTimeoutSeconds: bundle.dryRunStatementTimeoutSeconds,
      dryRunMaxTableMegabytes: bundle.dryRunMaxTableMegabytes,
    },
    deletionProtection,
  },
  inProject,
);
const hook = new AccessTokenHook(
  "access-token-hook",
  {
    projectRef: supabase.ref,
    bundle: sql,
    enabled: config.auth.accessTokenHookEnabled,
  },
  inProject,
);

const functions = new EdgeFunctions(
  "functions",
  {
    projectRef: supabase.ref,
    functions: config.functions.list,
    allowedOrigins: [new URL(config.auth.siteUrl).origin],
    secrets: config.functions.secrets,
  },
  inProject,
);

// Reports changes in the project outside of the stack.
new ProjectWatch(
  "project-watch",
  {
    project: supabase,
    functions: {
      slugs: config.functions.list.map(({ slug }) => slug),
      secretNames: functions.secretNames,
    },
    accept: project.accept,
    after: [supabase, hook, functions],
  },
  inProject,
);

const backups = declareBackups(
  config,
  supabase.connectionAs("backup", database.roles.backup.password),
  network,
);
const { bucket, backup } = backups;
const monitoring = declareMonitoring(
  config,
  supabase.connectionAs("monitoring", database.roles.monitoring.password),
  backups,
);
// Reports changes in AWS outside of the stack.
declareAwsWatch(config, backups, monitoring);

export const projectRef = supabase.ref;
export const apiUrl = supabase.apiUrl;
export const { anonKey, serviceRoleKey, publishableKey, secretKey } = supabase.keys;
export const databaseUrl = connectionUrl(connection);
export const poolerUrl = connectionUrl(supabase.pooledConnection);
export const backupBucketName = bucket.bucket.bucket;
export const backupScheduleName = backup.schedule.name;
export const backupTaskDefinitionArn = backup.taskDefinition.arn;
/** The public address of backups and probe, if the network is the stack's own. */
export const backupNatAddress = natAddress ?? null;
export const sqlBundleVersion = sql.version;
