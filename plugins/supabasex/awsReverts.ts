import { accountInArn } from "../../config/aws/arn";
import { shellWord } from "../../foundation/shellQuote";

/** Where the commands of a stack run. */
export interface RevertPlace {
  readonly region: string;
  /** ARN of the cluster, which contains the account. */
  readonly cluster: string;
  /** The stack's own network; undefined if it has none. */
  readonly vpcId?: string | undefined;
  /** Profile of the watch; undefined if it has none, or if roles are assumed with it, which a command cannot do. */
  readonly profile?: string | undefined;
}

/** How to revert a change: a command for an account, or what to do. */
export type Revert =
  | { readonly command: string; readonly account: string }
  | { readonly instruction: string };

interface Details extends RevertPlace {
  readonly account: string;
  /** What was added. */
  readonly added: string;
  /** The end of each command: its region and profile. */
  readonly options: string;
}

/** Returns a command without `aws` and without its options, a whole command, or an instruction. */
type HowTo = (names: readonly string[], details: Details) => string | { readonly instruction: string };

const instruction = (text: string) => ({ instruction: text });

/** Pattern of an identity → how to revert its addition. Groups are the names, without spaces except in the last one. */
const commands: readonly (readonly [pattern: RegExp, howTo: HowTo])[] = [
  [
    /^account public access block$/,
    (_, { account, added }) =>
      `s3control put-public-access-block --account-id ${account} --public-access-block-configuration ${blockedBeforeOrNow(added)}`,
  ],
  [
    /^access point (\S+) (\S+)$/,
    ([, name], { account }) => `s3control delete-access-point --account-id ${account} --name ${name}`,
  ],
  [
    /^access grant \S+ (\S+)$/,
    ([id], { account }) => `s3control delete-access-grant --account-id ${account} --access-grant-id ${id}`,
  ],
  [
    /^multi-region access point (\S+)$/,
    ([name], { account }) =>
      `s3control delete-multi-region-access-point --account-id ${account} --details Name=${name} --region us-west-2`,
  ],
  [
    /^log resource policy of (\/\S+)$/,
    ([group], { cluster, region, account, added }) =>
      isWholePolicy.test(added)
        ? `logs delete-resource-policy --resource-arn arn:${partitionIn(cluster)}:logs:${region}:${account}:log-group:${group} --policy-scope RESOURCE`
        : instruction(
            `remove the statements for ${nameOfPrincipal(added)} from the policy of the log group ${group}`,
          ),
  ],
  [
    /^log resource policy (.+)$/,
    ([name], { added }) =>
      isWholePolicy.test(added)
        ? `logs delete-resource-policy --policy-name ${name}`
        : instruction(
            `remove the statements for ${nameOfPrincipal(added)} from the policy ${name}, whose other statements remain`,
          ),
  ],
  [
    /^log account policy (subscription filter|data protection|transformer) (.+)$/,
    ([, name]) =>
      instruction(
        `exclude the stack's log groups in the selection criteria of the policy ${name}, which applies to other log groups, too`,
      ),
  ],
  [
    /^log subscription (\S+) (.+)$/,
    ([group, name]) => `logs delete-subscription-filter --log-group-name ${group} --filter-name ${name}`,
  ],
  [
    /^log metric filter (\S+) (.+)$/,
    ([group, name]) => `logs delete-metric-filter --log-group-name ${group} --filter-name ${name}`,
  ],
  [
    /^event bus permission (\S+) (.+)$/,
    ([bus, statement]) => `events remove-permission --event-bus-name ${bus} --statement-id ${statement}`,
  ],
  // The other targets of the rule remain. The name of another bus may contain a slash, the name of a rule does not.
  [
    /^event rule (\S+)\/([^/\s]+)$/,
    ([bus, name], details) => removeTargets(`${name} --event-bus-name ${bus}`, details),
  ],
  [/^event rule ([^/\s]+)$/, ([name], details) => removeTargets(String(name), details)],
  [/^event pipe (\S+)$/, ([name]) => `pipes delete-pipe --name ${name}`],
  [/^event target (\S+) (.+)$/, ([rule, id]) => `events remove-targets --rule ${rule} --ids ${id}`],
  [
    /^schedule ([^/\s]+)\/(\S+)$/,
    ([group, name]) => `scheduler delete-schedule --group-name ${group} --name ${name}`,
  ],
  [/^queue reader \S+ (\S+)$/, ([id]) => `lambda delete-event-source-mapping --uuid ${id}`],
  [/^function event source \S+ (\S+)$/, ([id]) => `lambda delete-event-source-mapping --uuid ${id}`],
  [/^function URL (\S+)$/, ([name]) => `lambda delete-function-url-config --function-name ${name}`],
  [
    /^function permission (\S+) (.+)$/,
    ([name, statement]) => `lambda remove-permission --function-name ${name} --statement-id ${statement}`,
  ],
  [
    /^function alias (\S+) (\S+)$/,
    ([name, alias]) => `lambda delete-alias --function-name ${name} --name ${alias}`,
  ],
  [
    /^function version (\S+) (\S+)$/,
    ([name, version]) => `lambda delete-function --function-name ${name} --qualifier ${version}`,
  ],
  [
    /^function destination (\S+) on \w+$/,
    ([name]) => `lambda delete-function-event-invoke-config --function-name ${name}`,
  ],
  [
    /^topic data protection (\S+)$/,
    ([name], { cluster, region, account }) =>
      `sns put-data-protection-policy --resource-arn arn:${partitionIn(cluster)}:sns:${region}:${account}:${name} --data-protection-policy ''`,
  ],
  [/^alarm mute rule (.+)$/, ([name]) => `cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name ${name}`],
  [
    /^cluster task ([^\s,]+)/,
    ([family], { cluster, options }) =>
      instruction(
        `stop the task that aws ecs list-tasks --cluster ${cluster} --family ${family}${options} lists`,
      ),
  ],
  [
    /^cluster service (\S+)$/,
    ([name], { cluster }) => `ecs delete-service --cluster ${cluster} --service ${name} --force`,
  ],
  [
    /^image repository permission (\S+) (.+)$/,
    ([name, statement]) =>
      instruction(`remove the statement ${statement} from the policy of the repository ${name}`),
  ],
  [/^bucket CORS (\S+)$/, ([name]) => `s3api delete-bucket-cors --bucket ${name}`],
  [/^bucket website (\S+)$/, ([name]) => `s3api delete-bucket-website --bucket ${name}`],
  [/^bucket replication (\S+)$/, ([name]) => `s3api delete-bucket-replication --bucket ${name}`],
  [
    /^bucket logging (\S+)$/,
    ([name]) => `s3api put-bucket-logging --bucket ${name} --bucket-logging-status '{}'`,
  ],
  [
    /^bucket notification (\S+)$/,
    ([name]) =>
      `s3api put-bucket-notification-configuration --bucket ${name} --notification-configuration '{}'`,
  ],
  [/^secret rotation (\S+)$/, ([name]) => `secretsmanager cancel-rotate-secret --secret-id ${name}`],
  [
    /^secret copy (\S+) (\S+)$/,
    ([name, region]) =>
      `secretsmanager remove-regions-from-replication --secret-id ${name} --remove-replica-regions ${region}`,
  ],
  // Only one that is not attached has an id in its identity.
  [/^network interface (eni-\S+)$/, ([id]) => `ec2 delete-network-interface --network-interface-id ${id}`],
  [/^network subnet (\S+)$/, ([id]) => `ec2 delete-subnet --subnet-id ${id}`],
  [/^network endpoint (\S+)$/, ([id]) => `ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`],
  [
    /^network peering (\S+)$/,
    ([id]) => `ec2 delete-vpc-peering-connection --vpc-peering-connection-id ${id}`,
  ],
  [/^network instance (\S+)$/, ([id]) => `ec2 terminate-instances --instance-ids ${id}`],
  [
    /^network attachment (\S+)$/,
    ([id]) => `ec2 delete-transit-gateway-vpc-attachment --transit-gateway-attachment-id ${id}`,
  ],
  [
    /^network gateway (\S+)$/,
    ([id], { vpcId }) => `ec2 detach-vpn-gateway --vpn-gateway-id ${id} --vpc-id ${vpcId}`,
  ],
  [/^network flow log (\S+)$/, ([id]) => `ec2 delete-flow-logs --flow-log-ids ${id}`],
  [
    /^network hosted zone (\S+)$/,
    ([id], { region, vpcId, added }) =>
      / of account \d+$/.test(added)
        ? `route53 disassociate-vpc-from-hosted-zone --hosted-zone-id ${id} --vpc VPCRegion=${region},VPCId=${vpcId}`
        : instruction("remove the resource of the AWS service that owns the zone"),
  ],
  [
    /^instance profile (.+)$/,
    ([profile], { added }) =>
      `iam remove-role-from-instance-profile --instance-profile-name ${profile} --role-name ${shellWord(added.replace(/^role /, ""))}`,
  ],
];

/** Returns the command that removes the cluster from the targets of a rule. */
function removeTargets(rule: string, { cluster, options }: Details): string {
  return `events remove-targets --rule ${rule} --ids $(aws events list-targets-by-rule --rule ${rule} --query "Targets[?Arn=='${cluster}'].Id" --output text${options})`;
}

/** The end of what was added, if the policy contains nothing else. */
const isWholePolicy = /, policy [0-9a-f]+$/;

const nameOfPrincipal = (added: string): string => added.split(": ")[0] ?? "";

const partitionIn = (arn: string): string => arn.split(":")[1] ?? "aws";

/** The end of an identity in the region of the copies. */
const inRegion = / in ([a-z]{2}(?:-[a-z]+)+-\d)$/;

/** The end of a change: its severity. */
const severity = / \[\w+\]$/;

/**
 * Returns how to revert a change that AwsWatch reports; undefined if several commands are needed, or if their arguments are not in the
 * report. No command deletes what others may use, too. Nothing runs it: only a person knows whether the addition is in use.
 *
 * @param change what AwsWatch reports, for example `added: ENABLED`
 */
export function revertInAws(identity: string, change: string, place: RevertPlace): Revert | undefined {
  const account = accountInArn(place.cluster);
  if (account === undefined) return undefined;
  const isBlock = identity === "account public access block";
  if (!isBlock && !change.startsWith("added: ")) return undefined;
  const added = change.replace(/^added: /, "").replace(severity, "");
  const region = inRegion.exec(identity)?.[1] ?? place.region;
  const name = identity.replace(inRegion, "");
  const profile = place.profile === undefined ? "" : ` --profile ${shellWord(place.profile)}`;
  for (const [pattern, howTo] of commands) {
    const [found, ...names] = pattern.exec(name) ?? [];
    if (found === undefined) continue;
    const options = ` --region ${region}${profile}`;
    const text = howTo(names.map(shellWord), { ...place, region, account, added, options });
    if (typeof text !== "string") return text;
    const ending = text.includes(" --region ") && !text.includes("$(") ? profile : options;
    return { account, command: `aws ${text}${ending}` };
  }
  return undefined;
}

/** Returns how to revert a change in one line, which follows the words "to revert it". */
export function revertText(revert: Revert): string {
  return "command" in revert
    ? `, in account ${revert.account}: ${revert.command}`
    : `: ${revert.instruction}`;
}

/** Returns the settings that the account had before or has now, so that the command opens nothing. */
function blockedBeforeOrNow(change: string): string {
  const names = change
    .replace(/^removed: /, "")
    .replace(severity, "")
    .split(/ → |, /);
  return [...new Set(names)].map((name) => `${name}=true`).join(",");
}
