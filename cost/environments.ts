import { alertsSchema } from "../config/areas/alerts";
import { backupSchema } from "../config/areas/backup";
import { monitoringSchema } from "../config/areas/monitoring";
import { projectSchema } from "../config/areas/project";
import { readStackFile } from "../config/stackFile";
import type { Usage } from "./line";
import type { StackAreas } from "./stackCost";

/** The assumptions of both estimates. The seconds were measured; see bench/README.md and backup/README.md. */
const common = {
  compression: 0.25,
  imageGigabytes: 0.3,
  startSeconds: 45,
  secondsPerGigabyte: { backup: 30, drill: 45 },
} as const;

/** Environment → the assumptions of its estimate. */
export const usages: Readonly<Record<string, Usage>> = {
  dev: { ...common, databaseGigabytes: 2, egressGigabytes: 10 },
  prod: { ...common, databaseGigabytes: 20, egressGigabytes: 200 },
};

/** Reads the areas of the configuration that affect the cost from a file `Pulumi.<environment>.yaml`. */
export function areasOf(file: string): StackAreas {
  const { values } = readStackFile(file);
  const area = (name: string): unknown => JSON.parse(values[`thorbis-supabase:${name}`] ?? "{}");
  return {
    project: projectSchema.parse(area("project")),
    backup: backupSchema.parse(area("backup")),
    alerts: alertsSchema.parse(area("alerts")),
    monitoring: monitoringSchema.parse(area("monitoring")),
  };
}
