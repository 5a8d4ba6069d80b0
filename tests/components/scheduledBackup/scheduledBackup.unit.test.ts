import { expect, test } from "vitest";
import { containerDefinition } from "../../../components/scheduledBackup/containerDefinition";
import { registered, tags } from "../awsWorld";
import { digest, register } from "./program";

test("declares the schedule of the task, its role, and the queue for failed starts", async () => {
  const resources = await register();
  const names = [...resources.keys()].filter((name) => name.startsWith("scheduled-backup-")).sort();

  expect(names).toEqual([
    "scheduled-backup-age-schedule",
    "scheduled-backup-age-task-definition",
    "scheduled-backup-age-task-role-attachments",
    "scheduled-backup-age-task-role-policies",
    "scheduled-backup-age-task-role-policy",
    "scheduled-backup-age-task-role-role",
    "scheduled-backup-cluster",
    "scheduled-backup-database-password",
    "scheduled-backup-database-password-version",
    "scheduled-backup-dead-letters",
    "scheduled-backup-dead-letters-policy",
    "scheduled-backup-drill-schedule",
    "scheduled-backup-drill-task-definition",
    "scheduled-backup-drill-task-role-attachments",
    "scheduled-backup-drill-task-role-policies",
    "scheduled-backup-drill-task-role-policy",
    "scheduled-backup-drill-task-role-role",
    "scheduled-backup-execution-role-attachments",
    "scheduled-backup-execution-role-policies",
    "scheduled-backup-execution-role-policy",
    "scheduled-backup-execution-role-role",
    "scheduled-backup-log",
    "scheduled-backup-prune-schedule",
    "scheduled-backup-prune-task-definition",
    "scheduled-backup-prune-task-role-attachments",
    "scheduled-backup-prune-task-role-policies",
    "scheduled-backup-prune-task-role-policy",
    "scheduled-backup-prune-task-role-role",
    "scheduled-backup-schedule",
    "scheduled-backup-schedule-group",
    "scheduled-backup-scheduler-role-attachments",
    "scheduled-backup-scheduler-role-policies",
    "scheduled-backup-scheduler-role-policy",
    "scheduled-backup-scheduler-role-role",
    "scheduled-backup-security-group",
    "scheduled-backup-task-definition",
    "scheduled-backup-task-role-attachments",
    "scheduled-backup-task-role-policies",
    "scheduled-backup-task-role-policy",
    "scheduled-backup-task-role-role",
    "scheduled-backup-upkeep-security-group",
  ]);
});

test("a role has exactly one policy", async () => {
  const resources = await register();

  expect(registered(resources, "scheduled-backup-task-role-policies").inputs).toEqual({
    roleName: "thorbis-prod-backup-task",
    policyNames: [registered(resources, "scheduled-backup-task-role-policy").inputs.name],
  });
  expect(registered(resources, "scheduled-backup-task-role-attachments").inputs).toEqual({
    roleName: "thorbis-prod-backup-task",
    policyArns: [],
  });
});

test("the schedule retries within one hour only, and sends failures to the queue", async () => {
  const { inputs } = registered(await register(), "scheduled-backup-schedule");

  expect(inputs).toEqual({
    name: "thorbis-prod-backup",
    groupName: "thorbis-prod-backup",
    scheduleExpression: "cron(0 */6 * * ? *)",
    scheduleExpressionTimezone: "Europe/Berlin",
    flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
    kmsKeyArn: "arn:key",
    target: {
      arn: "arn:scheduled-backup-cluster",
      roleArn: "arn:scheduled-backup-scheduler-role-role",
      ecsParameters: {
        taskDefinitionArn: "arn:scheduled-backup-task-definition",
        launchType: "FARGATE",
        taskCount: 1,
        enableEcsManagedTags: false,
        enableExecuteCommand: false,
        propagateTags: "TASK_DEFINITION",
        networkConfiguration: {
          subnets: ["subnet-1", "subnet-2"],
          securityGroups: ["scheduled-backup-security-group-id"],
          assignPublicIp: false,
        },
      },
      retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: "arn:scheduled-backup-dead-letters" },
    },
  });
});

test("the task runs the program as an unprivileged user, with a read-only root, and with the password by reference", async () => {
  const { inputs } = registered(await register(), "scheduled-backup-task-definition");
  const { containerDefinitions, ...rest } = inputs;

  expect(rest).toEqual({
    family: "thorbis-prod-backup",
    tags,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "2048",
    memory: "4096",
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
    trackLatest: true,
    executionRoleArn: "arn:scheduled-backup-execution-role-role",
    taskRoleArn: "arn:scheduled-backup-task-role-role",
  });
  const [container, ...others] = JSON.parse(String(containerDefinitions));
  expect(others).toEqual([]);
  expect(container).toEqual(
    containerDefinition({
      name: "backup",
      image: `ghcr.io/thorbis/supabase-backup@${digest}`,
      command: ["run"],
      region: "us-east-1",
      logGroupName: "/thorbis-prod/backup",
      secrets: { PGPASSWORD: "arn:scheduled-backup-database-password" },
      environment: {
        AWS_REGION: "us-east-1",
        BACKUP_BUCKET: "thorbis-backups",
        BACKUP_PARALLEL_DUMPS: "4",
        BACKUP_RETENTION_DAILY_DAYS: "30",
        BACKUP_RETENTION_WEEKLY_DAYS: "90",
        BACKUP_RETENTION_MONTHLY_DAYS: "365",
        BACKUP_MINIMUM_REDUNDANCY: "3",
        BACKUP_MEMORY_MEGABYTES: "4096",
        PGHOST: "db.example.com",
        PGPORT: "5432",
        PGDATABASE: "postgres",
        PGUSER: "backup.ref",
        PGSSLMODE: "verify-full",
        PGSSLROOTCERT: "/opt/backup/certificates/supabase.crt",
      },
    }),
  );
  expect(container).toMatchObject({
    command: ["run"],
    user: "10001:10001",
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
    secrets: [{ name: "PGPASSWORD", valueFrom: "arn:scheduled-backup-database-password" }],
    logConfiguration: { options: { mode: "blocking" } },
  });
  expect(String(containerDefinitions)).not.toContain("canary-password");
});

test("prune and drill run in addition, each with its own role, without the password and without access to the database", async () => {
  const resources = await register({ drillDiskGibibytes: 80 });
  const taskOf = (name: string) => {
    const { inputs } = registered(resources, `scheduled-backup-${name}-task-definition`);
    const { containerDefinitions, family, taskRoleArn, volumes, ephemeralStorage } = inputs;
    const [{ command, secrets, environment, mountPoints, user, readonlyRootFilesystem }] = JSON.parse(
      String(containerDefinitions),
    );
    const variables = Object.fromEntries(
      environment.map((item: { name: string; value: string }) => [item.name, item.value]),
    );
    return {
      ...{ family, taskRoleArn, volumes, ephemeralStorage },
      ...{ command, secrets, variables, mountPoints, user, readonlyRootFilesystem },
    };
  };
  const common = {
    AWS_REGION: "us-east-1",
    BACKUP_BUCKET: "thorbis-backups",
    BACKUP_PARALLEL_DUMPS: "4",
    BACKUP_RETENTION_DAILY_DAYS: "30",
    BACKUP_RETENTION_WEEKLY_DAYS: "90",
    BACKUP_RETENTION_MONTHLY_DAYS: "365",
    BACKUP_MINIMUM_REDUNDANCY: "3",
    // They name the project whose backups count.
    PGHOST: "db.example.com",
    PGDATABASE: "postgres",
    PGUSER: "backup.ref",
  };

  expect(taskOf("prune")).toEqual({
    family: "thorbis-prod-backup-prune",
    taskRoleArn: "arn:scheduled-backup-prune-task-role-role",
    command: ["prune", "--confirm"],
    secrets: [],
    variables: common,
    user: "10001:10001",
    readonlyRootFilesystem: true,
  });
  expect(taskOf("drill")).toEqual({
    family: "thorbis-prod-backup-drill",
    taskRoleArn: "arn:scheduled-backup-drill-task-role-role",
    command: ["drill"],
    secrets: [],
    variables: { ...common, TMPDIR: "/work" },
    mountPoints: [{ sourceVolume: "work", containerPath: "/work", readOnly: false }],
    volumes: [{ name: "work" }],
    ephemeralStorage: { sizeInGib: 80 },
    user: "10001:10001",
    readonlyRootFilesystem: true,
  });
});

test("the task that measures ages is small, and reads only the bucket", async () => {
  const resources = await register();
  const { inputs } = registered(resources, "scheduled-backup-age-task-definition");
  const [{ command, secrets }] = JSON.parse(String(inputs.containerDefinitions));

  expect({ command, secrets, cpu: inputs.cpu, memory: inputs.memory }).toEqual({
    command: ["age"],
    secrets: [],
    cpu: "256",
    memory: "512",
  });
  expect(registered(resources, "scheduled-backup-task-definition").inputs.memory).toBe("4096");
});

test.each([
  [1, "rate(1 hour)"],
  [3, "rate(3 hours)"],
])("ages are measured every %d hours", async (ageIntervalHours, expression) => {
  const { inputs } = registered(await register({ ageIntervalHours }), "scheduled-backup-age-schedule");

  expect(inputs.scheduleExpression).toBe(expression);
});

test.each([
  ["prune", "cron(0 6 * * ? *)"],
  ["drill", "cron(0 12 * * ? *)"],
])("%s has a schedule in the time zone of the backup's", async (task, expression) => {
  const resources = await register();
  const { inputs: backup } = registered(resources, "scheduled-backup-schedule");
  const { inputs } = registered(resources, `scheduled-backup-${task}-schedule`);
  const target = backup.target as { ecsParameters: { networkConfiguration: object } };

  expect(inputs).toEqual({
    ...backup,
    name: `thorbis-prod-backup-${task}`,
    scheduleExpression: expression,
    target: {
      ...target,
      ecsParameters: {
        ...target.ecsParameters,
        taskDefinitionArn: `arn:scheduled-backup-${task}-task-definition`,
        networkConfiguration: {
          ...target.ecsParameters.networkConfiguration,
          securityGroups: ["scheduled-backup-upkeep-security-group-id"],
        },
      },
    },
  });
});

test.each([
  ["security-group", ["udp 53-53", "tcp 443-443", "tcp 5432-5432"]],
  ["upkeep-security-group", ["udp 53-53", "tcp 443-443"]],
])("the %s allows no inbound and only the required outbound connections", async (name, ports) => {
  const { inputs } = registered(await register(), `scheduled-backup-${name}`);
  const egress = inputs.egress as {
    protocol: string;
    fromPort: number;
    toPort: number;
    description: string;
  }[];

  expect(inputs.ingress).toEqual([]);
  expect(inputs.vpcId).toBe("vpc-1");
  expect(egress.map(({ protocol, fromPort, toPort }) => `${protocol} ${fromPort}-${toPort}`)).toEqual(ports);
  expect(egress.every(({ description }) => description.length > 0)).toBe(true);
});

test("with our own key everything is encrypted with it; otherwise with keys that AWS manages", async () => {
  const encrypted = await register();
  const managed = await register({}, false);
  const keys = (resources: typeof encrypted) => [
    registered(resources, "scheduled-backup-log").inputs.kmsKeyId,
    registered(resources, "scheduled-backup-database-password").inputs.kmsKeyId,
    registered(resources, "scheduled-backup-schedule").inputs.kmsKeyArn,
    registered(resources, "scheduled-backup-dead-letters").inputs.kmsMasterKeyId,
  ];

  expect(keys(encrypted)).toEqual(["arn:key", "arn:key", "arn:key", "arn:key"]);
  expect(keys(managed)).toEqual([undefined, undefined, undefined, undefined]);
  expect(registered(managed, "scheduled-backup-dead-letters").inputs.sqsManagedSseEnabled).toBe(true);
});

test("the scheduler's policy names families, which a new revision does not change", async () => {
  const policy = JSON.parse(
    String(registered(await register(), "scheduled-backup-scheduler-role-policy").inputs.policy),
  );

  expect(policy.Statement[0].Resource).toEqual(
    ["", "-prune", "-drill", "-age"].map(
      (task) => `arn:aws:ecs:us-east-1:123456789012:task-definition/thorbis-prod-backup${task}:*`,
    ),
  );
});
