import { connectionsOfInstance } from "../areas/project";
import { fargateSizeProblem } from "../aws/fargate";
import { longestGapHours, parseSchedule } from "../aws/schedule";
import { faultAt, type Rule } from "./rule";

/** A stack's name and its environment must agree, or a typing error would switch every production rule off. */
const environmentMatchesStack: Rule = ({ stack, config }) => {
  const expected = { local: "local", dev: "development", prod: "production" }[stack];
  const actual = config.project?.environment;
  if (expected === undefined || actual === undefined || actual === expected) return [];
  return [faultAt(stack, ["project", "environment"], `must be ${expected} in stack ${stack}`, expected)];
};

const fargateSize: Rule = ({ stack, config }) => {
  const { cpuUnits, memoryMegabytes } = config.backup ?? {};
  if (cpuUnits === undefined || memoryMegabytes === undefined) return [];
  const problem = fargateSizeProblem(cpuUnits, memoryMegabytes);
  return problem === undefined ? [] : [faultAt(stack, ["backup", "memoryMegabytes"], problem, cpuUnits * 2)];
};

/** The alarm for a missing backup must not ring while the schedule is merely pausing. */
const freshnessFitsSchedule: Rule = ({ stack, config }) => {
  const expression = config.backup?.schedule?.expression;
  const freshness = config.alerts?.freshnessHours;
  const schedule = expression === undefined ? undefined : parseSchedule(expression);
  if (schedule === undefined || "problem" in schedule || freshness === undefined) return [];
  const gap = longestGapHours(schedule);
  if (!Number.isFinite(gap))
    return [
      faultAt(stack, ["backup", "schedule", "expression"], "must repeat without end", "cron(0 3 * * ? *)"),
    ];
  if (freshness > gap) return [];
  const path = ["alerts", "freshnessHours"];
  return [
    faultAt(
      stack,
      path,
      "must be more than the longest gap of backup.schedule.expression",
      Math.ceil(gap) + 2,
    ),
  ];
};

const retentionTiersGrow: Rule = ({ stack, config }) => {
  const { daily, weekly, monthly } = config.backup?.retentionDays ?? {};
  const path = ["backup", "retentionDays"];
  const faults = [];
  if (daily !== undefined && weekly !== undefined && weekly < daily)
    faults.push(
      faultAt(stack, [...path, "weekly"], "must not be less than backup.retentionDays.daily", daily),
    );
  if (weekly !== undefined && monthly !== undefined && monthly < weekly)
    faults.push(
      faultAt(stack, [...path, "monthly"], "must not be less than backup.retentionDays.weekly", weekly),
    );
  return faults;
};

/** A lock that outlives the retention would make every prune fail. */
const lockFitsRetention: Rule = ({ stack, config }) => {
  const days = config.backup?.objectLock?.days;
  const daily = config.backup?.retentionDays?.daily;
  if (days === undefined || daily === undefined || days <= daily) return [];
  return [
    faultAt(
      stack,
      ["backup", "objectLock", "days"],
      "must not be more than backup.retentionDays.daily",
      daily,
    ),
  ];
};

/** Each dump holds a connection, and so does the holder of their common snapshot. */
const dumpsFitConnections: Rule = ({ stack, config }) => {
  const dumps = config.backup?.parallelDumps;
  const limit = config.database?.roles?.backup?.connectionLimit;
  const pool = config.database?.poolSize;
  if (dumps === undefined) return [];
  const path = ["backup", "parallelDumps"];
  if (limit !== undefined && dumps + 1 > limit)
    return [
      faultAt(stack, path, "must be less than database.roles.backup.connectionLimit", Math.max(1, limit - 1)),
    ];
  if (config.database?.connection === "sessionPooler" && pool !== undefined && dumps + 1 > pool)
    return [faultAt(stack, path, "must be less than database.poolSize", Math.max(1, pool - 1))];
  return [];
};

/** A VPC without subnets, or the other way round, would mix somebody's network with the default one. */
const subnetsBelongToVpc: Rule = ({ stack, config }) => {
  const { vpcId, subnetIds } = config.backup ?? {};
  if (vpcId === undefined && (subnetIds?.length ?? 0) > 0)
    return [faultAt(stack, ["backup", "vpcId"], "is missing: backup.subnetIds needs it")];
  if (vpcId !== undefined && subnetIds?.length === 0)
    return [faultAt(stack, ["backup", "subnetIds", 0], "is missing: backup.vpcId needs it")];
  return [];
};

const poolFitsServer: Rule = ({ stack, config }) => {
  const pool = config.database?.poolSize;
  const size = config.project?.instanceSize;
  const maxConnections = config.database?.settings?.maxConnections;
  const ceiling = maxConnections ?? (size === undefined ? undefined : connectionsOfInstance[size]);
  if (pool === undefined || ceiling === undefined || pool < ceiling) return [];
  const source =
    maxConnections === undefined ? "project.instanceSize brings" : "database.settings.maxConnections allows";
  const message = `must be less than the connections that ${source}`;
  return [faultAt(stack, ["database", "poolSize"], message, Math.floor(ceiling / 2))];
};

const sessionsFit: Rule = ({ stack, config }) => {
  const { timeboxHours, inactivityTimeoutHours } = config.auth?.sessions ?? {};
  if (
    timeboxHours === undefined ||
    inactivityTimeoutHours === undefined ||
    inactivityTimeoutHours <= timeboxHours
  )
    return [];
  const path = ["auth", "sessions", "inactivityTimeoutHours"];
  return [faultAt(stack, path, "must not be more than auth.sessions.timeboxHours", timeboxHours)];
};

/** Groups that work only with another one: what the API would take and then ignore. */
const companions: Rule = ({ stack, config }) => {
  const { auth } = config;
  const faults = [];
  if (auth?.rateLimits?.emailsPerHour !== undefined && auth.smtp === undefined)
    faults.push(faultAt(stack, ["auth", "rateLimits", "emailsPerHour"], "has no effect without auth.smtp"));
  if (auth?.mfa?.phoneEnabled === true && auth.phone === undefined)
    faults.push(faultAt(stack, ["auth", "mfa", "phoneEnabled"], "needs auth.phone", false));
  const signIns = [auth?.email?.enabled, auth?.phone, auth?.providers?.google, auth?.providers?.github];
  if (auth?.email?.enabled === false && signIns.every((way) => way === false || way === undefined))
    faults.push(
      faultAt(stack, ["auth", "email", "enabled"], "must be true: there is no other way to sign in", true),
    );
  return faults;
};

export const consistencyRules: readonly Rule[] = [
  environmentMatchesStack,
  fargateSize,
  freshnessFitsSchedule,
  retentionTiersGrow,
  lockFitsRetention,
  dumpsFitConnections,
  subnetsBelongToVpc,
  poolFitsServer,
  sessionsFit,
  companions,
];
