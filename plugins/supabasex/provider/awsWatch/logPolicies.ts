import { createHash } from "node:crypto";
import type { DescribeResourcePoliciesCommandInput, ResourcePolicy } from "@aws-sdk/client-cloudwatch-logs";
import { partitionOf } from "../../../../config/aws/partition";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { listOf, type PolicyStatement, principalsOf, statementsIn } from "./policyText";

/**
 * Returns the policies of CloudWatch Logs that allow a service or another account to use a log group of the stack, for example to write
 * the line of a completed backup. The account has a list of policies, and each log group can have one.
 */
export async function resourcePoliciesOfLogs(
  { logs }: Pick<AwsClients, "logs">,
  { logGroups, region, account }: { logGroups: readonly string[]; region: string; account: string },
  signal: AbortSignal,
): Promise<Entries> {
  const arnOf = (group: string) => `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${group}`;
  const lists = await Promise.all([
    policiesOf(logs, {}, signal),
    ...logGroups.map((group) =>
      policiesOf(logs, { resourceArn: arnOf(group), policyScope: "RESOURCE" }, signal),
    ),
  ]);
  const found: [string, string][] = [];
  for (const { policyName, policyDocument = "" } of lists.flat()) {
    const opening = statementsIn(policyDocument).filter((statement) =>
      logGroups.some((group) => isAbout(statement, arnOf(group))),
    );
    if (opening.length === 0) continue;
    const hash = createHash("sha256").update(JSON.stringify(opening)).digest("hex").slice(0, 8);
    found.push([
      `log resource policy ${policyName ?? "of the log group"}`,
      `${principalsOf(opening)}: ${actionsOf(opening)}, policy ${hash}`,
    ]);
  }
  return Object.fromEntries(found);
}

/** Returns the policies of the account, or of one log group; none if it does not exist or the region does not know its policies. */
async function policiesOf(
  logs: AwsClients["logs"],
  of: DescribeResourcePoliciesCommandInput,
  abortSignal: AbortSignal,
): Promise<ResourcePolicy[]> {
  const { DescribeResourcePoliciesCommand, InvalidLogParameter, NoSuchLogGroup } = await import("./sdk");
  const found: ResourcePolicy[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await logs.send(new DescribeResourcePoliciesCommand({ ...of, nextToken }), {
        abortSignal,
      });
      found.push(...(page.resourcePolicies ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } catch (error) {
    if (!(error instanceof InvalidLogParameter || error instanceof NoSuchLogGroup)) throw error;
  }
  return found;
}

/** Returns whether a statement allows something on a log group or its streams. */
function isAbout({ Effect, Resource, NotResource }: PolicyStatement, arn: string): boolean {
  if (Effect !== "Allow") return false;
  if (NotResource !== undefined || Resource === undefined) return true;
  return listOf(Resource).some((pattern) =>
    ["", ":*", ":log-stream:any"].some((ending) => matches(pattern, arn + ending)),
  );
}

/** Returns whether a value matches a pattern of IAM with `*` and `?`. */
function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

function actionsOf(statements: readonly PolicyStatement[]): string {
  const actions = statements.flatMap(({ Action, NotAction }) =>
    NotAction === undefined ? listOf(Action) : [`all except ${listOf(NotAction).join(", ")}`],
  );
  return [...new Set(actions)].sort().join(", ");
}
