import { alarmChanges } from "./alarmChanges";
import { bucketChanges } from "./bucketChanges";
import type { CloudChanges } from "./manualChange";
import { monitoringChanges } from "./monitoringChanges";
import { supabaseChanges } from "./supabaseChanges";
import { taskChanges } from "./taskChanges";

export { lineFor, type Places } from "./addition";
export { additions } from "./additions";
export { type Clouds, connectClouds } from "./clouds";
export { codeChange } from "./codeChange";
export { type Deployed, deployedInClouds } from "./deployed";
export { changedBy, furtherChanges, reporterOf } from "./furtherChanges";
export { rowOf } from "./manualChange";
export { namesProperty, reportedByRefresh } from "./refreshReport";
export { replicaChanges } from "./replicaChanges";

/** At least one row for every type of resource that the local stack has in AWS and Supabase. */
export const cloudChanges: CloudChanges = {
  ...bucketChanges,
  ...taskChanges,
  ...alarmChanges,
  ...monitoringChanges,
  ...supabaseChanges,
};
