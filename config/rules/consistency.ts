import { isIpv6Block, isOpenToInternet } from "../../foundation/cidrBlocks";
import { connectionsOfInstance } from "../areas/project";
import { issueAt, type Rule } from "./rule";

/**
 * Requires a stack's name and its environment to agree. Otherwise a typing error would disable every production rule.
 */
const environmentMatchesStack: Rule = ({ stack, config }) => {
  const expected = { local: "local", dev: "development", prod: "production" }[stack];
  const actual = config.project?.environment;
  if (expected === undefined || actual === undefined || actual === expected) return [];
  return [
    issueAt(stack, ["project", "environment"], {
      message: `must be ${expected} in stack ${stack}`,
      value: expected,
    }),
  ];
};

/**
 * Checks that the probe has a fixed address if the database restricts addresses: its only fixed address is that of a NAT gateway.
 * It has no public address in any subnet.
 */
const probeReachesDatabase: Rule = ({ stack, config }) => {
  const blocks = config.network?.allowedCidrs;
  if (config.monitoring?.enabled !== true || blocks === undefined) return [];
  if (config.backup?.network !== undefined || config.backup?.assignPublicIp !== true) return [];
  if (blocks.some((block) => isOpenToInternet(block) && !isIpv6Block(block))) return [];
  const message =
    "must be false with backup.assignPublicIp: without a NAT gateway the probe has no fixed address that network.allowedCidrs could allow";
  return [issueAt(stack, ["monitoring", "enabled"], { message, value: false })];
};

const poolFitsServer: Rule = ({ stack, config }) => {
  const pool = config.database?.poolSize;
  const size = config.project?.instanceSize;
  const maxConnections = config.database?.settings?.maxConnections;
  const ceiling = maxConnections ?? (size === undefined ? undefined : connectionsOfInstance[size]);
  if (pool === undefined || ceiling === undefined || pool < ceiling) return [];
  const source =
    maxConnections === undefined ? "project.instanceSize allows" : "database.settings.maxConnections allows";
  const message = `must be less than the connections that ${source}`;
  return [issueAt(stack, ["database", "poolSize"], { message, value: Math.floor(ceiling / 2) })];
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
  return [
    issueAt(stack, path, {
      message: "must not be more than auth.sessions.timeboxHours",
      value: timeboxHours,
    }),
  ];
};

/** Checks groups that have no effect without another group: the API accepts and ignores them. */
const companions: Rule = ({ stack, config }) => {
  const { auth } = config;
  const issues = [];
  if (auth?.rateLimits?.emailsPerHour !== undefined && auth.smtp === undefined)
    issues.push(
      issueAt(stack, ["auth", "rateLimits", "emailsPerHour"], { message: "has no effect without auth.smtp" }),
    );
  if (auth?.mfa?.phoneEnabled === true && auth.phone === undefined)
    issues.push(
      issueAt(stack, ["auth", "mfa", "phoneEnabled"], { message: "needs auth.phone", value: false }),
    );
  const signIns = [auth?.email?.enabled, auth?.phone, auth?.providers?.google, auth?.providers?.github];
  if (auth?.email?.enabled === false && signIns.every((way) => way === false || way === undefined))
    issues.push(
      issueAt(stack, ["auth", "email", "enabled"], {
        message: "must be true: no other way to sign in is enabled",
        value: true,
      }),
    );
  return issues;
};

/** Rules about the project, the database and Auth. */
export const consistencyRules: readonly Rule[] = [
  environmentMatchesStack,
  probeReachesDatabase,
  poolFitsServer,
  sessionsFit,
  companions,
];
