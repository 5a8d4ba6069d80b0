import { expect } from "vitest";
import { type Areas, withValue } from "./specimens";

/** A value at its path in the configuration, and the issues that it causes. */
export type ValueCase = [path: string, value: unknown, issues: string[]];

/** Path → a value that development accepts and production does not. */
export const offences: Record<string, unknown> = {
  "project.deletionProtection": false,
  "database.sslEnforcement": false,
  "database.sslRootCertificate": undefined,
  "auth.siteUrl": "http://app.example.com",
  "auth.jwtExpirySeconds": 3601,
  "auth.accessTokenHookEnabled": false,
  "auth.anonymousSignInEnabled": true,
  "auth.email.confirmationRequired": false,
  "auth.mfa.totpEnabled": false,
  "auth.password.minLength": 11,
  "auth.password.refuseLeaked": false,
  "auth.smtp.host": undefined,
  "storage.cdnUrl": "http://cdn.example.com",
  "realtime.privateOnly": false,
  "realtime.debug": true,
  "network.openToInternetReason": ["0.0.0.0/0"],
  "sql.dryRun": "live",
  "sql.hazards": "report",
  "backup.objectLock.days": undefined,
  "backup.image": "registry.example.com/backup:main",
  "backup.schedule.expression": "rate(25 hours)",
  "backup.retentionDays.daily": 29,
  "backup.logRetentionDays": 180,
  "backup.vpcId": undefined,
  "backup.subnetIds[0]": [],
  "backup.assignPublicIp": true,
  "alerts.emails[0]": [],
};
/** The key of the value, if it is not the key in the issue. */
export const offendingPath: Record<string, string[]> = {
  "auth.smtp.host": ["auth", "smtp"],
  "network.openToInternetReason": ["network", "allowedCidrs"],
  "backup.objectLock.days": ["backup", "objectLock"],
  "backup.subnetIds[0]": ["backup", "subnetIds"],
  "alerts.emails[0]": ["alerts", "emails"],
};
/** Makes other changes, so that there is only this issue. */
export const adjust = (name: string, areas: Areas): Areas => {
  if (name === "backup.schedule.expression") return withValue(areas, ["alerts", "freshnessHours"], 48);
  if (name === "backup.vpcId") return withValue(areas, ["backup", "subnetIds"], []);
  if (name === "backup.assignPublicIp") return withValue(areas, ["monitoring", "enabled"], false);
  if (name === "backup.subnetIds[0]") return withValue(areas, ["backup", "vpcId"], undefined);
  return areas;
};

/** Rules that compare several values of the development specimen. */
export const acrossFields: ValueCase[] = [
  ["backup.memoryMegabytes", 2048, []],
  [
    "backup.memoryMegabytes",
    2000,
    ["backup.memoryMegabytes must be 2048 to 8192 in steps of 1024 with backup.cpuUnits 1024"],
  ],
  ["alerts.freshnessHours", 25, []],
  [
    "alerts.freshnessHours",
    24,
    ["alerts.freshnessHours must be more than the longest gap of backup.schedule.expression"],
  ],
  [
    "backup.schedule.expression",
    "cron(0 3 * * ? 2027)",
    ["backup.schedule.expression must repeat without end"],
  ],
  [
    "backup.schedule.expression",
    "cron(0 3 ? * SUN *)",
    ["alerts.freshnessHours must be more than the longest gap of backup.schedule.expression"],
  ],
  [
    "backup.schedule.expression",
    "cron(0 3 1 1 ? *)",
    ["backup.schedule.expression must run more than once a year"],
  ],
  ["backup.drillExpression", "rate(370 days)", ["backup.drillExpression must run more than once a year"]],
  ["alerts.drillFreshnessHours", 25, []],
  ["backup.storageTiers", { infrequentAccessDays: 30, archiveDays: 60 }, []],
  [
    "backup.storageTiers",
    { infrequentAccessDays: 45, archiveDays: 74 },
    [
      "backup.storageTiers.archiveDays must be at least 30 more than backup.storageTiers.infrequentAccessDays",
    ],
  ],
  [
    "alerts.drillFreshnessHours",
    24,
    ["alerts.drillFreshnessHours must be more than the longest gap of backup.drillExpression"],
  ],
  ["backup.objectLock", { mode: "COMPLIANCE", complianceReason: "Our contracts ask for it." }, []],
  [
    "backup.objectLock.mode",
    "COMPLIANCE",
    [
      "backup.objectLock.complianceReason is missing: with backup.objectLock.mode COMPLIANCE no user can delete a backup, so it needs a written reason",
    ],
  ],
  [
    "backup.objectLock",
    { mode: "GOVERNANCE", complianceReason: "Our contracts asked for it." },
    [
      "backup.objectLock.complianceReason is not used with mode GOVERNANCE; remove it to confirm that backups can be deleted again",
    ],
  ],
  ["backup.retentionDays", { daily: 30, weekly: 30, monthly: 30 }, []],
  [
    "backup.retentionDays.monthly",
    89,
    ["backup.retentionDays.monthly must not be less than backup.retentionDays.weekly"],
  ],
  [
    "backup",
    { bucketName: "thorbis-backups-dev", image: "registry.example.com/backup:Main-2.1_RC" },
    [
      "backup.assignPublicIp must be true without backup.vpcId or backup.network: the default VPC has no other internet access",
    ],
  ],
  ["backup.objectLock.days", 30, []],
  ["backup.objectLock.days", 31, ["backup.objectLock.days must not be more than backup.retentionDays.daily"]],
  ["backup.parallelDumps", 12, []],
  [
    "backup.parallelDumps",
    13,
    ["backup.parallelDumps must be less than database.roles.backup.connectionLimit by 8"],
  ],
  ["database.poolSize", 12, []],
  ["database.poolSize", 11, ["backup.parallelDumps must be less than database.poolSize by 8"]],
  ["database.poolSize", 59, []],
  [
    "database.poolSize",
    60,
    ["database.poolSize must be less than the connections that project.instanceSize allows"],
  ],
  [
    "database.settings.maxConnections",
    20,
    ["database.poolSize must be less than the connections that database.settings.maxConnections allows"],
  ],
  [
    "backup.assignPublicIp",
    true,
    [
      "monitoring.enabled must be false with backup.assignPublicIp: without a NAT gateway the probe has no fixed address that network.allowedCidrs could allow",
    ],
  ],
  ["backup.vpcId", undefined, ["backup.vpcId is missing: backup.subnetIds needs it"]],
  ["backup.accessLogs", {}, []],
  [
    "backup.accessLogs",
    { bucketName: "thorbis-backups-dev" },
    ["backup.accessLogs.bucketName must not be backup.bucketName"],
  ],
  [
    "backup",
    {
      ...{ bucketName: "b".repeat(59), accessLogs: {} },
      ...{ image: "registry.example.com/backup:main", assignPublicIp: false, network: {} },
    },
    [
      "backup.accessLogs.bucketName is missing: backup.bucketName with -logs is longer than the 63 characters of S3",
    ],
  ],
  [
    "backup.ownKey",
    undefined,
    [
      "backup.ownKey must be true with backup.replica: a copy in S3 keeps the kind of encryption of its source",
    ],
  ],
  ["backup.replica", undefined, []],
  [
    "backup.replica",
    { region: "us-west-2", bucketName: "thorbis-backups-dev" },
    ["backup.replica.bucketName must not be another bucket of the stack"],
  ],
  [
    "backup",
    {
      ...{ bucketName: "b".repeat(55), replica: { region: "us-west-2" }, ownKey: true },
      ...{ image: "registry.example.com/backup:main", assignPublicIp: false, network: {} },
    },
    [
      "backup.replica.bucketName is missing: backup.bucketName with the region is longer than the 63 characters of S3",
    ],
  ],
  [
    "backup.network",
    {},
    [
      "backup.subnetIds must be omitted with backup.network, which creates its own network",
      "backup.vpcId must be omitted with backup.network, which creates its own network",
    ],
  ],
  ["backup.subnetIds", [], ["backup.subnetIds[0] is missing: backup.vpcId needs it"]],
  ["auth.sessions", { timeboxHours: 8, inactivityTimeoutHours: 8 }, []],
  [
    "auth.sessions",
    { timeboxHours: 8, inactivityTimeoutHours: 9 },
    ["auth.sessions.inactivityTimeoutHours must not be more than auth.sessions.timeboxHours"],
  ],
  ["auth.rateLimits.emailsPerHour", 100, []],
  ["auth.email.enabled", false, []],
];

const cidr = "must be a CIDR block such as 203.0.113.0/24";

/** Rules for one value. */
export const singleFields: ValueCase[] = [
  ["network.allowedCidrs", ["203.0.113.7/32", "::/0"], []],
  [
    "network.allowedCidrs",
    [],
    ["network.allowedCidrs must have at least one block; an empty list would lock everyone out"],
  ],
  ["network.allowedCidrs", ["203.0.113.7"], [`network.allowedCidrs[0] ${cidr}`]],
  ["network.allowedCidrs", ["203.0/16"], [`network.allowedCidrs[0] ${cidr}`]],
  ["network.allowedCidrs", ["203.0.113.0/33"], [`network.allowedCidrs[0] ${cidr}`]],
  ["network.allowedCidrs", ["0xcb.0.113.0/24"], [`network.allowedCidrs[0] ${cidr}`]],
  [
    "network.allowedCidrs",
    ["203.0.113.7/24"],
    ["network.allowedCidrs[0] must not have bits set beyond its prefix of 24"],
  ],
  [
    "network.allowedCidrs",
    ["2001:4860::1/32"],
    ["network.allowedCidrs[0] must not have bits set beyond its prefix of 32"],
  ],
  [
    "network.allowedCidrs",
    ["10.0.0.0/8"],
    ["network.allowedCidrs[0] must not be a private or special range"],
  ],
  [
    "network.allowedCidrs",
    ["172.16.0.0/12"],
    ["network.allowedCidrs[0] must not be a private or special range"],
  ],
  [
    "network.allowedCidrs",
    ["192.168.0.0/24"],
    ["network.allowedCidrs[0] must not be a private or special range"],
  ],
  ["network.allowedCidrs", ["fd00::/8"], ["network.allowedCidrs[0] must not be a private or special range"]],
  [
    "network.allowedCidrs",
    ["127.0.0.1/32"],
    ["network.allowedCidrs[0] must not be a private or special range"],
  ],
  [
    "network.allowedCidrs",
    ["::/0", "0.0.0.0/0"],
    ["network.allowedCidrs[1] must come before all IPv6 blocks"],
  ],
  [
    "network.allowedCidrs",
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["network.allowedCidrs[1] repeats an earlier entry"],
  ],
  ["auth.siteUrl", "https://a.example,https://b.example", ["auth.siteUrl must not contain a comma"]],
  ["auth.siteUrl", "app.example.com", ["auth.siteUrl must be an http:// or https:// URL"]],
  ["auth.redirectUrls", ["https://a.example/**", "com.thorbis.app://login"], []],
  [
    "project.region",
    "eu-centrl-1",
    [expect.stringMatching(/^thorbis-supabase:project\.region must be one of: us-east-1, /)],
  ],
  ["backup.schedule.timeZone", "Europe/Berlin", []],
  [
    "backup.schedule.timeZone",
    "europe/berlin",
    ["backup.schedule.timeZone must be an IANA time zone in its exact spelling, such as Europe/Berlin"],
  ],
  [
    "backup.logRetentionDays",
    31,
    [
      expect.stringMatching(
        /^thorbis-supabase:backup\.logRetentionDays must be one of: 1, 3, 5, 7, 14, 30, /,
      ),
    ],
  ],
  [
    "backup.bucketName",
    "-a-",
    [
      "backup.bucketName must be 3 to 63 lower-case letters, digits and hyphens, no dots, no hyphen at either end",
    ],
  ],
  ["backup.bucketName", "a".repeat(63), []],
  [
    "backup.bucketName",
    "a".repeat(64),
    [
      "backup.bucketName must be 3 to 63 lower-case letters, digits and hyphens, no dots, no hyphen at either end",
    ],
  ],
  [
    "backup.bucketName",
    "xn--backups",
    ["backup.bucketName must not have a prefix or suffix that S3 reserves"],
  ],
  ["api.exposedSchemas", ["public", "auth"], ["api.exposedSchemas[1] must not be a schema of the platform"]],
  ["sql.directory", "../elsewhere", ["sql.directory must be a relative path inside the project"]],
  ["functions.secretNames", ["SUPABASE_URL"], [expect.stringContaining("functions.secretNames[0]")]],
  [
    "database.extensions",
    ["pgjwt", "adminpack"],
    [expect.stringMatching(/^thorbis-supabase:database\.extensions\[1\] must be one of: /)],
  ],
  ["database.poolSize", 1.5, ["database.poolSize must be a whole number"]],
  ["database.poolSize", 8, ["database.poolSize must be at least 9"]],
  ["realtime.debug", "true", ["realtime.debug must be true or false"]],
  ["auth.email", "on", ["auth.email must be an object"]],
  ["auth.redirectUrls", "https://a.example", ["auth.redirectUrls must be a list"]],
];
