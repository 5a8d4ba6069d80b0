import { Bucket } from "@pulumi/aws/s3/bucket";
import { declaredConnection } from "../../audit/declaredStack";
import { alertsSchema } from "../../config/areas/alerts";
import { apiSchema } from "../../config/areas/api";
import { backupSchema } from "../../config/areas/backup";
import { monitoringSchema } from "../../config/areas/monitoring";
import { projectSchema } from "../../config/areas/project";
import { declareAwsWatch } from "../../stack/awsWatch";
import { declareBackups, declareBucket } from "../../stack/backups";
import { declareMonitoring, type MonitoringConfig } from "../../stack/monitoring";
import { declareNetwork } from "../../stack/network";
import { claimNames } from "../../stack/ownership/ownership";

// A Pulumi program that declares only the AWS part of a stack, from the configuration areas that the test passes in the
// environment. See awsStack.ts.
const areas = JSON.parse(process.env.AWS_STACK_AREAS ?? "{}") as Record<string, unknown>;
const config: MonitoringConfig = {
  project: projectSchema.parse(areas.project),
  backup: backupSchema.parse(areas.backup),
  alerts: alertsSchema.parse(areas.alerts),
  monitoring: monitoringSchema.parse(areas.monitoring ?? { enabled: false }),
  api: apiSchema.parse(areas.api ?? {}),
};

export = async () => {
  await claimNames(config);
  if (process.env.AWS_STACK_PARTS === "bare") {
    new Bucket("bare", { bucket: config.backup.bucketName, forceDestroy: true });
    return;
  }
  if (process.env.AWS_STACK_PARTS === "bucket") {
    declareBucket(config);
    return;
  }
  const connection = declaredConnection();
  const backups = declareBackups(config, connection, declareNetwork(config));
  declareAwsWatch(config, backups, declareMonitoring(config, connection, backups));
};
