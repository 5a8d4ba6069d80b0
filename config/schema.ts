import * as z from "zod";
import { alertsSchema } from "./areas/alerts";
import { apiSchema } from "./areas/api";
import { authSchema } from "./areas/auth";
import { backupSchema } from "./areas/backup";
import { databaseSchema } from "./areas/database";
import { functionsSchema } from "./areas/functions";
import { monitoringSchema } from "./areas/monitoring";
import { networkSchema } from "./areas/network";
import { projectSchema } from "./areas/project";
import { realtimeSchema } from "./areas/realtime";
import { sqlSchema } from "./areas/sql";
import { storageSchema } from "./areas/storage";

/** The namespace of our keys in Pulumi.<stack>.yaml, which is the name of the Pulumi project. */
export const configNamespace = "thorbis-supabase";

/** The whole configuration: one object per area, in the order in which a stack is read. */
export const stackSchema = z.strictObject({
  project: projectSchema,
  database: databaseSchema,
  auth: authSchema,
  api: apiSchema,
  storage: storageSchema,
  realtime: realtimeSchema,
  network: networkSchema,
  sql: sqlSchema,
  functions: functionsSchema,
  backup: backupSchema,
  alerts: alertsSchema,
  monitoring: monitoringSchema,
});

/** The parsed configuration, with secrets still encrypted. */
export type ParsedStackConfig = z.output<typeof stackSchema>;

export type AreaName = keyof ParsedStackConfig;
export const areaNames = Object.keys(stackSchema.shape) as AreaName[];
