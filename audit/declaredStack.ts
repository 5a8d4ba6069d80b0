import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection } from "../components/databaseConnection";
import { alertsSchema } from "../config/areas/alerts";
import { apiSchema } from "../config/areas/api";
import { backupSchema } from "../config/areas/backup";
import { monitoringSchema } from "../config/areas/monitoring";
import { projectSchema } from "../config/areas/project";
import { readStackFile } from "../config/stackFile";
import { checkoutRoot } from "../foundation/checkout";
import { declareBackups } from "../stack/backups";
import { declareMonitoring, type MonitoringConfig } from "../stack/monitoring";
import { declareNetwork } from "../stack/network";
import { resourcesOn } from "./mockedAws";
import type { StackResource } from "./resource";

/** The AWS part of a stack as its components declare it, without an engine or an account. */
export interface DeclaredStack {
  readonly config: MonitoringConfig;
  readonly resources: readonly StackResource[];
}

/**
 * Returns the AWS resources that the components declare for `Pulumi.<stack>.yaml`. Ids and ARNs are fictitious. `changes` are
 * merged into the area `backup`.
 */
export async function declaredStack(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<DeclaredStack> {
  const { values } = readStackFile(path.join(checkoutRoot(), `Pulumi.${stack}.yaml`));
  const area = (name: string) => JSON.parse(values[`thorbis-supabase:${name}`] ?? "{}");
  const config: MonitoringConfig = {
    project: projectSchema.parse(area("project")),
    backup: backupSchema.parse({ ...area("backup"), ...changes }),
    alerts: alertsSchema.parse(area("alerts")),
    monitoring: monitoringSchema.parse(area("monitoring")),
    api: apiSchema.parse(area("api")),
  };
  const connection = declaredConnection();
  const resources = await resourcesOn({ stack }, () =>
    declareMonitoring(config, connection, declareBackups(config, connection, declareNetwork(config))),
  );
  return { config, resources };
}

/** Returns a connection that is never opened. */
export const declaredConnection = (): DatabaseConnection => ({
  ...{ host: "db.example.com", port: 5432, database: "postgres", user: "backup" },
  ...{ password: pulumi.secret("declared-password"), sslMode: "verify-full" },
});
