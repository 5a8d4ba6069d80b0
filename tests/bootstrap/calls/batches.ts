import type { AwsCall } from "./wire";

/**
 * Returns the reads of single resources that the official plugin makes instead of a call. The stand-in reads alarms, tags and
 * the policies of roles in batches, which the plugin does not, so the roles of bootstrap/ need no permission for those.
 */
export function singleReads(call: AwsCall): AwsCall[] {
  switch (call.operation) {
    case "DescribeAlarms":
      return names(call.input.AlarmNames).map((name) => ({ ...call, input: { AlarmNames: [name] } }));
    case "GetResources":
      // With filters it is a lookup by tags, which the plugin makes as well.
      if (call.input.ResourceARNList === undefined) return [call];
      return names(call.input.ResourceARNList).map((arn) => tagList(call, arn));
    case "GetAccountAuthorizationDetails":
      return rolesIn(call.response).flatMap((role) =>
        ["ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"].map((operation) => ({
          ...call,
          operation,
          form: new URLSearchParams({ Action: operation, RoleName: role }),
          body: "",
        })),
      );
    default:
      return [call];
  }
}

/** Signing names of the services whose tags the stand-in reads with the tagging service, by their names in ARNs. */
const signingNames: Readonly<Record<string, string>> = { cloudwatch: "monitoring", logs: "logs" };

function tagList(call: AwsCall, arn: string): AwsCall {
  const service = signingNames[arn.split(":")[2] ?? ""];
  if (service === undefined) throw new Error(`no service is known that lists the tags of ${arn}`);
  return { ...call, service, operation: "ListTagsForResource", input: { resourceArn: arn }, body: "" };
}

const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const rolesIn = (xml: string) =>
  [...xml.matchAll(/<RoleName>([^<]+)<\/RoleName>/g)].map(([, name]) => name ?? "");
