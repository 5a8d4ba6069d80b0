import { createHash } from "node:crypto";
import type { AccountPolicy, CloudWatchLogsClient, PolicyType } from "@aws-sdk/client-cloudwatch-logs";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/** Kinds of account policies that copy, mask or rewrite what is logged in every log group of the account and region. */
const accountPolicyTypes = [
  "SUBSCRIPTION_FILTER_POLICY",
  "DATA_PROTECTION_POLICY",
  "TRANSFORMER_POLICY",
] as const;

/** Returns the subscribers of a log group; none if the first deployment has not created it yet. */
export async function subscriptionsOfLog(
  { logs }: Pick<AwsClients, "logs">,
  logGroupName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateDescribeSubscriptionFilters } = await import("./sdk");
  return await unlessMissing(async () => {
    const found: [string, string][] = [];
    for await (const page of paginateDescribeSubscriptionFilters({ client: logs }, { logGroupName })) {
      signal.throwIfAborted();
      for (const { filterName, destinationArn } of page.subscriptionFilters ?? []) {
        found.push([`log subscription ${logGroupName} ${filterName}`, String(destinationArn)]);
      }
    }
    return found;
  });
}

/** Returns the identity of a metric filter of a log group. */
export const metricFilterName = (logGroup: string, filter: string): string =>
  `log metric filter ${logGroup} ${filter}`;

/**
 * Returns the metric filters of a log group, with the stack's. Another one can publish values of a metric that an alarm watches,
 * for example an age of zero with every line.
 */
export async function metricFiltersOfLog(
  { logs }: Pick<AwsClients, "logs">,
  logGroupName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateDescribeMetricFilters } = await import("./sdk");
  return await unlessMissing(async () => {
    const found: [string, string][] = [];
    for await (const page of paginateDescribeMetricFilters({ client: logs }, { logGroupName })) {
      signal.throwIfAborted();
      for (const { filterName = "", metricTransformations = [] } of page.metricFilters ?? []) {
        const metrics = metricTransformations.map(
          ({ metricNamespace, metricName, metricValue }) => `${metricNamespace}/${metricName} ${metricValue}`,
        );
        found.push([metricFilterName(logGroupName, filterName), `publishes ${metrics.sort().join(", ")}`]);
      }
    }
    return found;
  });
}

/** Returns the policies for all log groups of the account and region, each with its selection of log groups. */
export async function accountPoliciesOfLogs(
  { logs }: Pick<AwsClients, "logs">,
  signal: AbortSignal,
): Promise<Entries> {
  const lists = await Promise.all(accountPolicyTypes.map((type) => policiesOfType(logs, type, signal)));
  return Object.fromEntries(
    lists.flat().map(({ policyName, policyType = "", policyDocument = "", selectionCriteria }) => {
      const kind = policyType.replace("_POLICY", "").replaceAll("_", " ").toLowerCase();
      const destination = destinationIn(policyDocument);
      const value = [
        ...(destination === undefined ? [] : [`to ${destination}`]),
        `policy ${createHash("sha256").update(policyDocument).digest("hex").slice(0, 8)}`,
        ...(selectionCriteria ? [`for ${selectionCriteria}`] : []),
      ];
      return [`log account policy ${kind} ${policyName}`, value.join(", ")];
    }),
  );
}

/** Returns the account's policies of a type; none in a region that does not know the type. */
async function policiesOfType(
  logs: CloudWatchLogsClient,
  policyType: PolicyType,
  abortSignal: AbortSignal,
): Promise<AccountPolicy[]> {
  const { DescribeAccountPoliciesCommand, InvalidLogParameter } = await import("./sdk");
  const found: AccountPolicy[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await logs.send(new DescribeAccountPoliciesCommand({ policyType, nextToken }), {
        abortSignal,
      });
      found.push(...(page.accountPolicies ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } catch (error) {
    if (!(error instanceof InvalidLogParameter)) throw error;
  }
  return found;
}

/** Returns to where a policy forwards lines; undefined if it forwards none. */
function destinationIn(policyDocument: string): string | undefined {
  return /"DestinationArn"\s*:\s*"([^"]+)"/.exec(policyDocument)?.[1];
}

/** Returns what a read finds; nothing if the first deployment has not created the log group yet. */
async function unlessMissing(read: () => Promise<[string, string][]>): Promise<Entries> {
  const { NoSuchLogGroup } = await import("./sdk");
  try {
    return Object.fromEntries(await read());
  } catch (error) {
    if (error instanceof NoSuchLogGroup) return {};
    throw error;
  }
}
