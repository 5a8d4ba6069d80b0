import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { alertsSchema } from "../../config/areas/alerts";
import { backupSchema } from "../../config/areas/backup";
import { monitoringSchema } from "../../config/areas/monitoring";
import { projectSchema } from "../../config/areas/project";
import { ageInterval } from "../../stack/ageInterval";
import { declareBackups } from "../../stack/backups";
import type { BackupsConfig } from "../../stack/backupsConfig";
import { declareNetwork } from "../../stack/network";
import { registeredInAws } from "../components/awsWorld";

afterEach(() => void vi.restoreAllMocks());

const config = (region: string, environment: string, sameRegionReason?: string): BackupsConfig => ({
  project: projectSchema.parse({
    ...{ name: "shop", resourcePrefix: "shop", organizationId: "shop" },
    ...{ environment, region, instanceSize: "small", deletionProtection: true },
  }),
  backup: backupSchema.parse({
    ...{ bucketName: "shop-backups", image: "registry.example.com/backup:main" },
    ...(sameRegionReason !== undefined && { sameRegionReason }),
  }),
  alerts: alertsSchema.parse({}),
  monitoring: monitoringSchema.parse({}),
});

/** Returns the warnings of a program whose bucket is in us-east-1. */
async function warningsOf(stack: BackupsConfig): Promise<string[]> {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  await registeredInAws(() => {
    const connection = {
      ...{ host: "db.example.com", port: 5432, database: "postgres", user: "backup" },
      ...{ sslMode: "require" as const, password: pulumi.secret("test-password") },
    };
    declareBackups(stack, connection, declareNetwork(stack));
  });
  return warn.mock.calls.map(([text]) => text);
}

test("production is warned of backups in the region of the project", async () => {
  expect(await warningsOf(config("us-east-1", "production"))).toEqual([
    "The project and its backups are both in us-east-1: an outage of that region would affect both. Set aws:region to another region before the first deployment, set backup.replica, or say in backup.sameRegionReason why they share it.",
  ]);
});

test.each([
  ["of another region", config("eu-west-1", "production")],
  ["that says why", config("us-east-1", "production", "Our contracts keep all data in this region.")],
  ["in development", config("us-east-1", "development")],
])("a project %s is not", async (_, stack) => {
  expect(await warningsOf(stack)).toEqual([]);
});

test.each([
  [8, 50, 50, 1],
  [26, 50, 50, 3],
  [170, 50, 800, 6],
  [1, 50, 50, 1],
  [800, 800, 800, 24],
  // Weekly backups, monthly drills, and a prune every day.
  [200, 800, 26, 3],
])(
  "limits of %d, %d and %d hours are measured every %d hours",
  (freshnessHours, drillFreshnessHours, pruneFreshnessHours, every) => {
    const limits = { freshnessHours, drillFreshnessHours, pruneFreshnessHours };

    expect(ageInterval({ ...alertsSchema.parse({}), ...limits })).toBe(every);
  },
);
