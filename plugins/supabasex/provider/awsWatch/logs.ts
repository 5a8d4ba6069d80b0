import type { AccountPolicy, CloudWatchLogsClient, PolicyType } from "@aws-sdk/client-cloudwatch-logs";
import { shortHash } from "../watch/shortHash";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { allItems } from "./pages";

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
    const pages = paginateDescribeSubscriptionFilters({ client: logs }, { logGroupName });
    const found = await allItems(pages, signal, ({ subscriptionFilters }) => subscriptionFilters);
    return found.map(({ filterName, destinationArn }) => [
      `log subscription ${logGroupName} ${filterName}`,
      String(destinationArn),
    ]);
  });
}

/** Returns the identity of a metric filter of a log group. */
export const metricFilterName = (logGroup: string, filter: string): string =>
  `log metric filter ${logGroup} ${filter}`;

/**
 * Returns the metric filters of a log group, including the stack's own. Another one can publish values of a metric that an alarm watches,
 * for example an age of zero with every line.
 */
export async function metricFiltersOfLog(
  { logs }: Pick<AwsClients, "logs">,
  logGroupName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateDescribeMetricFilters } = await import("./sdk");
  return await unlessMissing(async () => {
    const pages = paginateDescribeMetricFilters({ client: logs }, { logGroupName });
    const found = await allItems(pages, signal, ({ metricFilters }) => metricFilters);
    return found.map(({ filterName = "", metricTransformations = [] }) => {
      const metrics = metricTransformations.map(
        ({ metricNamespace, metricName, metricValue }) => `${metricNamespace}/${metricName} ${metricValue}`,
      );
      return [metricFilterName(logGroupName, filterName), `publishes ${metrics.sort().join(", ")}`];
    });
  });
}

/**
 * Returns the policies of the account and region that apply to a log group of the stack. Which other log groups a policy selects
 * is not compared: other teams change it.
 */
export async function accountPoliciesOfLogs(
  { logs }: Pick<AwsClients, "logs">,
  logGroups: readonly string[],
  signal: AbortSignal,
): Promise<Entries> {
  const lists = await Promise.all(accountPolicyTypes.map((type) => policiesOfType(logs, type, signal)));
  const found: [string, string][] = [];
  for (const { policyName, policyType = "", policyDocument = "", selectionCriteria } of lists.flat()) {
    const isExcluded = isExcludedBy(selectionCriteria);
    const excluded = logGroups.filter(isExcluded);
    if (excluded.length === logGroups.length) continue;
    const kind = policyType.replace("_POLICY", "").replaceAll("_", " ").toLowerCase();
    const destination = destinationIn(policyDocument);
    const value = [
      ...(destination === undefined ? [] : [`to ${destination}`]),
      `policy ${shortHash(policyDocument)}`,
      ...(excluded.length === 0 ? [] : [`except for ${excluded.sort().join(", ")}`]),
    ];
    found.push([`log account policy ${kind} ${policyName}`, value.join(", ")]);
  }
  return Object.fromEntries(found);
}

/**
 * Returns whether the selection of an account policy excludes a log group. It has the form `LogGroupName NOT IN ["a"]` or
 * `LogGroupNamePrefix IN ["a"]`; any other form counts as excluding none (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html).
 */
function isExcludedBy(selectionCriteria = ""): (logGroup: string) => boolean {
  const [, form, list = ""] =
    /^\s*(LogGroupName\s+NOT\s+IN|LogGroupNamePrefix\s+IN)\s*(\[.*\])\s*$/s.exec(selectionCriteria) ?? [];
  const names = namesIn(list);
  if (form === undefined || names === undefined) return () => false;
  return form.startsWith("LogGroupNamePrefix")
    ? (logGroup) => !names.some((prefix) => logGroup.startsWith(prefix))
    : (logGroup) => names.includes(logGroup);
}

/** Returns the names in a JSON list; undefined if it contains anything else, such as a wildcard. */
function namesIn(list: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(list);
    const isName = (name: unknown) => typeof name === "string" && /^[\w./#-]*$/.test(name);
    return Array.isArray(names) && names.every(isName) ? names : undefined;
  } catch {
    return undefined;
  }
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

/** Returns the destination to which a policy forwards log lines; undefined if it forwards none. */
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
