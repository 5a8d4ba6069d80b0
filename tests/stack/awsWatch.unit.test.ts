import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { alertsSchema } from "../../config/areas/alerts";
import { backupSchema } from "../../config/areas/backup";
import { monitoringSchema } from "../../config/areas/monitoring";
import { projectSchema } from "../../config/areas/project";
import { declareAwsWatch } from "../../stack/awsWatch";
import { declareBackups } from "../../stack/backups";
import type { BackupsConfig } from "../../stack/backupsConfig";
import { declareNetwork } from "../../stack/network";
import { registered, registeredInAws } from "../components/awsWorld";

/** Returns what the watch of a stack with copies in us-west-2 declares there. */
async function declaredForCopies(deletionAlarm: boolean): Promise<unknown> {
  const config: BackupsConfig = {
    project: projectSchema.parse({
      ...{ name: "shop", resourcePrefix: "shop", organizationId: "shop" },
      ...{ environment: "development", region: "us-east-1", instanceSize: "small" },
    }),
    backup: backupSchema.parse({
      ...{
        bucketName: "shop-backups",
        image: "registry.example.com/backup:main",
        ownKey: true,
        deletionAlarm,
      },
      replica: { region: "us-west-2", bucketName: "shop-copies" },
    }),
    alerts: alertsSchema.parse({}),
    monitoring: monitoringSchema.parse({}),
  };
  const resources = await registeredInAws(() => {
    const connection = {
      ...{ host: "db.example.com", port: 5432, database: "postgres", user: "backup" },
      ...{ sslMode: "require" as const, password: pulumi.secret("test-password") },
    };
    declareAwsWatch(config, declareBackups(config, connection, declareNetwork(config)), undefined);
  });
  return (registered(resources, "aws-watch-additions").inputs.declared as { replica: unknown }).replica;
}

test("the dead-letter queue of the copies is watched if there is one", async () => {
  expect(await declaredForCopies(true)).toMatchObject({
    deadLetterQueue: "url:backup-replica-dead-letters",
  });
  expect(await declaredForCopies(false)).not.toHaveProperty("deadLetterQueue");
});
