import { isOpenToInternet } from "../../foundation/cidrBlocks";
import { longestGapHours, parseSchedule } from "../aws/schedule";
import type { Issue } from "../issues";
import { issueAt, type Rule, type RuleContext } from "./rule";

type Config = RuleContext["config"];

/** Additional requirements of production. */
export interface Requirement {
  path: readonly (string | number)[];
  /** Phrased to follow the key. */
  message: string;
  /** A valid value. */
  value?: string | number | boolean;
  /** Returns whether the valid part of a configuration violates the requirement. Undefined values do not. */
  broken: (config: Config) => boolean;
}

const above = (value: number | undefined, limit: number) => value !== undefined && value > limit;
const below = (value: number | undefined, limit: number) => value !== undefined && value < limit;
const plainHttp = (url: string | undefined) => url !== undefined && !/^https:/i.test(url);
const pinned = (image: string | undefined) => image === undefined || image.includes("@sha256:");

/** All requirements, in the order of the areas. */
export const requirements: readonly Requirement[] = [
  {
    path: ["project", "deletionProtection"],
    message: "must be true in production",
    value: true,
    broken: ({ project }) => project?.deletionProtection === false,
  },
  {
    path: ["database", "sslEnforcement"],
    message: "must be true in production",
    value: true,
    broken: ({ database }) => database?.sslEnforcement === false,
  },
  {
    path: ["database", "sslRootCertificate"],
    message: "is missing: production must verify that it connects to its own database",
    value: "certificates/supabase.crt",
    broken: ({ database }) => database !== undefined && database.sslRootCertificate === undefined,
  },
  {
    path: ["auth", "siteUrl"],
    message: "must be an https:// URL in production",
    value: "https://app.example.com",
    broken: ({ auth }) => plainHttp(auth?.siteUrl),
  },
  {
    path: ["auth", "jwtExpirySeconds"],
    message: "must be at most 3600 in production: a stolen token works until it expires",
    value: 3600,
    broken: ({ auth }) => above(auth?.jwtExpirySeconds, 3600),
  },
  {
    path: ["auth", "accessTokenHookEnabled"],
    message: "must be true in production: without it no token contains a tenant",
    value: true,
    broken: ({ auth }) => auth?.accessTokenHookEnabled === false,
  },
  {
    path: ["auth", "anonymousSignInEnabled"],
    message: "must be false in production",
    value: false,
    broken: ({ auth }) => auth?.anonymousSignInEnabled === true,
  },
  {
    path: ["auth", "email", "confirmationRequired"],
    message: "must be true in production",
    value: true,
    broken: ({ auth }) => auth?.email?.confirmationRequired === false,
  },
  {
    path: ["auth", "mfa", "totpEnabled"],
    message: "must be true in production",
    value: true,
    broken: ({ auth }) => auth?.mfa?.totpEnabled === false,
  },
  {
    path: ["auth", "password", "minLength"],
    message: "must be at least 12 in production",
    value: 12,
    broken: ({ auth }) => below(auth?.password?.minLength, 12),
  },
  {
    path: ["auth", "password", "refuseLeaked"],
    message: "must be true in production",
    value: true,
    broken: ({ auth }) => auth?.password?.refuseLeaked === false,
  },
  {
    path: ["auth", "smtp", "host"],
    message: "is missing: without its own mail server production sends about two emails an hour",
    broken: ({ auth }) => auth !== undefined && auth.smtp === undefined,
  },
  {
    path: ["storage", "cdnUrl"],
    message: "must be an https:// URL in production",
    value: "https://cdn.example.com",
    broken: ({ storage }) => plainHttp(storage?.cdnUrl),
  },
  {
    path: ["realtime", "privateOnly"],
    message: "must be true in production: all tenants share public channels",
    value: true,
    broken: ({ realtime }) => realtime?.privateOnly === false,
  },
  {
    path: ["realtime", "debug"],
    message: "must be false in production",
    value: false,
    broken: ({ realtime }) => realtime?.debug === true,
  },
  {
    path: ["network", "openToInternetReason"],
    message: "is missing: in production 0.0.0.0/0 and ::/0 need a written reason",
    broken: ({ network }) =>
      network?.openToInternetReason === undefined && (network?.allowedCidrs ?? []).some(isOpenToInternet),
  },
  {
    path: ["sql", "dryRun"],
    message: "must be off in production: a dry run holds its locks until the rollback",
    value: "off",
    broken: ({ sql }) => sql?.dryRun === "live",
  },
  {
    path: ["sql", "hazards"],
    message: "must be refuse in production; a migration accepts a hazard by name (docs/locks.md)",
    value: "refuse",
    broken: ({ sql }) => sql?.hazards === "report",
  },
  {
    path: ["backup", "objectLock", "days"],
    message: "is missing: production backups must have an object lock",
    value: 14,
    broken: ({ backup }) => backup !== undefined && backup.objectLock === undefined,
  },
  {
    path: ["backup", "image"],
    message: "must be pinned by digest (name@sha256:…) in production",
    broken: ({ backup }) => !pinned(backup?.image),
  },
  {
    path: ["backup", "schedule", "expression"],
    message: "must run at least once every 24 hours in production",
    value: "cron(0 3 * * ? *)",
    broken: ({ backup }) => {
      const schedule = parseSchedule(backup?.schedule?.expression ?? "rate(1 day)");
      return !("problem" in schedule) && longestGapHours(schedule) > 24;
    },
  },
  {
    path: ["backup", "retentionDays", "daily"],
    message: "must be at least 30 in production",
    value: 30,
    broken: ({ backup }) => below(backup?.retentionDays?.daily, 30),
  },
  {
    path: ["backup", "logRetentionDays"],
    message: "must be at least 365 in production",
    value: 365,
    broken: ({ backup }) => below(backup?.logRetentionDays, 365),
  },
  {
    path: ["backup", "vpcId"],
    message: "is missing: production does not use the default VPC, which is public (or set backup.network)",
    broken: ({ backup }) =>
      backup !== undefined && backup.network === undefined && backup.vpcId === undefined,
  },
  {
    path: ["backup", "subnetIds", 0],
    message: "is missing: production does not use the default VPC, which is public",
    broken: ({ backup }) => backup?.network === undefined && backup?.subnetIds?.length === 0,
  },
  {
    path: ["backup", "assignPublicIp"],
    message: "must be false in production",
    value: false,
    broken: ({ backup }) => backup?.assignPublicIp === true,
  },
  {
    path: ["alerts", "emails", 0],
    message: "is missing: production alarms must notify someone (alerts.emails or alerts.topicArn)",
    value: "operations@example.com",
    broken: ({ alerts }) => alerts?.emails?.length === 0 && alerts.topicArn === undefined,
  },
];

/** Applies all requirements if the environment is production. */
export const productionRule: Rule = ({ stack, config }) => {
  if (config.project?.environment !== "production") return [];
  const issues: Issue[] = requirements
    .filter((requirement) => requirement.broken(config))
    .map(({ path, message, value }) => issueAt(stack, path, { message, value }));
  config.auth?.redirectUrls?.forEach((url, index) => {
    if (/^http:/i.test(url))
      issues.push(
        issueAt(stack, ["auth", "redirectUrls", index], {
          message: "must not be an http:// URL in production",
        }),
      );
  });
  return issues;
};
