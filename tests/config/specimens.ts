import type { ConfigInput } from "../../config/parse";
import { allowedAccountsKey } from "../../config/rules/allowedAccounts";
import { configNamespace } from "../../config/schema";

export type Areas = Record<string, Record<string, unknown>>;

export const digest = `registry.example.com/backup@sha256:${"a".repeat(64)}`;

/** A development configuration with every optional group, so that every leaf of the schema is in use. */
export const development: Areas = {
  project: {
    name: "thorbis-dev",
    environment: "development",
    organizationId: "thorbis",
    region: "us-east-1",
  },
  database: {},
  auth: {
    siteUrl: "https://dev.example.com",
    phone: { twilio: { accountSid: `AC${"0".repeat(32)}`, messageServiceSid: `MG${"0".repeat(32)}` } },
    providers: { google: { clientId: "google-id" }, github: { clientId: "github-id" } },
    smtp: { host: "smtp.example.com", user: "mail", senderEmail: "no-reply@example.com" },
  },
  network: { allowedCidrs: ["203.0.113.0/24", "2001:4860::/32"] },
  functions: { secretNames: ["STRIPE_KEY"] },
  backup: {
    bucketName: "thorbis-backups-dev",
    image: "registry.example.com/backup:main",
    objectLock: {},
    ownKey: true,
    replica: { region: "us-west-2", bucketName: "thorbis-copies-dev" },
    vpcId: "vpc-00000000",
    subnetIds: ["subnet-00000000"],
  },
};

/** The minimal configuration that production accepts. */
export const production: Areas = {
  project: {
    name: "thorbis-prod",
    environment: "production",
    organizationId: "thorbis",
    region: "us-east-1",
  },
  database: { sslRootCertificate: "certificates/supabase.crt" },
  auth: {
    siteUrl: "https://app.example.com",
    smtp: { host: "smtp.example.com", user: "mail", senderEmail: "no-reply@example.com" },
  },
  network: { allowedCidrs: ["203.0.113.0/24"] },
  sql: { dryRun: "off", hazards: "refuse" },
  backup: {
    bucketName: "thorbis-backups",
    image: digest,
    objectLock: {},
    vpcId: "vpc-00000000",
    subnetIds: ["subnet-00000000"],
  },
  alerts: { emails: ["operations@example.com"] },
};

export const canary = "canary-Xq7.secret";

const alwaysSecret = [
  "databasePassword",
  "databaseRolesMonitoringPassword",
  "databaseRolesBackupPassword",
  "databaseRolesPreviewPassword",
];
export const developmentSecrets = [
  ...alwaysSecret,
  "authPhoneTwilioAuthToken",
  "authProvidersGoogleClientSecret",
  "authProvidersGithubClientSecret",
  "authSmtpPassword",
  "functionsSecretsSTRIPE_KEY",
];
export const productionSecrets = [...alwaysSecret, "authSmtpPassword"];

export const key = (name: string) => `${configNamespace}:${name}`;

/** Returns the input that the engine would pass for these areas and secrets; each secret's text is the canary. */
export function inputOf(stack: string, areas: Areas, secrets: readonly string[]): ConfigInput {
  const plain = Object.entries(areas).map(([area, value]) => [key(area), JSON.stringify(value)]);
  const secret = secrets.map((name) => [key(name), canary]);
  const provider =
    areas.project?.environment === "production" ? { [allowedAccountsKey]: '["123456789012"]' } : {};
  const values = { ...Object.fromEntries([...plain, ...secret]), ...provider };
  return { stack, values, secretKeys: secrets.map(key) };
}

/** Returns a copy with the value at a path replaced, including missing groups; undefined removes it. */
export function withValue(areas: Areas, path: readonly (string | number)[], value: unknown): Areas {
  const copy = structuredClone(areas);
  let group: Record<string | number, unknown> = copy;
  for (const step of path.slice(0, -1)) {
    group[step] ??= {};
    group = group[step] as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? "";
  if (value === undefined) delete group[last];
  else group[last] = value;
  return copy;
}
