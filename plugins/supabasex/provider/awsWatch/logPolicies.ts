import type { DescribeResourcePoliciesCommandInput, ResourcePolicy } from "@aws-sdk/client-cloudwatch-logs";
import { arnIn } from "../../../../config/aws/arn";
import { literalPattern } from "../../../../foundation/literalPattern";
import { shortHash } from "../watch/shortHash";
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
  const arnOf = (group: string) => arnIn({ region, account }, "logs", `log-group:${group}`);
  const [ofAccount, ...ofGroups] = await Promise.all([
    policiesOf(logs, {}, signal),
    ...logGroups.map((group) =>
      policiesOf(logs, { resourceArn: arnOf(group), policyScope: "RESOURCE" }, signal),
    ),
  ]);
  // A server that does not know policies of single log groups ignores the scope, and returns those of the account.
  const names = new Set((ofAccount ?? []).map(({ policyName }) => policyName));
  const policies = [
    ...(ofAccount ?? []).map((policy) => ({ ...policy, group: undefined })),
    ...logGroups.flatMap((group, at) =>
      (ofGroups[at] ?? [])
        .filter(({ policyName }) => policyName === undefined || !names.has(policyName))
        .map((policy) => ({ ...policy, group })),
    ),
  ];
  const found: [string, string][] = [];
  const arns = logGroups.map(arnOf);
  for (const { policyName, policyDocument = "", group } of policies) {
    const statements = statementsIn(policyDocument);
    const opening = statements.filter((statement) => arns.some((arn) => isAbout(statement, arn)));
    if (opening.length === 0) continue;
    const isWhole =
      opening.length === statements.length &&
      (group !== undefined || opening.every((statement) => isOnlyAbout(statement, arns)));
    const hash = shortHash(JSON.stringify(opening));
    found.push([
      `log resource policy ${group === undefined ? policyName : `of ${group}`}`,
      `${principalsOf(opening)}: ${actionsOf(opening)}, ${isWhole ? "policy" : "part of the policy"} ${hash}`,
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

/** Returns whether a statement is about nothing else than log groups and their streams. */
function isOnlyAbout({ Resource, NotResource }: PolicyStatement, arns: readonly string[]): boolean {
  if (NotResource !== undefined || Resource === undefined) return false;
  return listOf(Resource).every((pattern) =>
    arns.some((arn) => pattern === arn || pattern.startsWith(`${arn}:`)),
  );
}

/** Returns whether a value matches a pattern of IAM with `*` and `?`. */
function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[^*?]+/g, literalPattern)
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
