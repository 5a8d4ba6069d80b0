/** Where the commands of a stack run. */
export interface RevertPlace {
  readonly region: string;
  /** ARN of the cluster, which contains the account. */
  readonly cluster: string;
  /** The stack's own network; undefined if it has none. */
  readonly vpcId?: string | undefined;
}

type Command = (names: readonly string[], place: RevertPlace & { readonly account: string }) => string;

/** Pattern of an identity → the command that reverts its addition. Groups are the names, without spaces except in the last one. */
const commands: readonly (readonly [pattern: RegExp, command: Command])[] = [
  [
    /^access point (\S+) (\S+)$/,
    ([, name], { account }) => `s3control delete-access-point --account-id ${account} --name ${name}`,
  ],
  [
    /^multi-region access point (\S+)$/,
    ([name], { account }) =>
      `s3control delete-multi-region-access-point --account-id ${account} --details Name=${name} --region us-west-2`,
  ],
  [/^log resource policy (.+)$/, ([name]) => `logs delete-resource-policy --policy-name ${name}`],
  [
    /^log account policy (subscription filter|data protection|transformer) (.+)$/,
    ([kind = "", name]) =>
      `logs delete-account-policy --policy-type ${kind.replaceAll("'", "").replace(" ", "_").toUpperCase()}_POLICY --policy-name ${name}`,
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
  [/^event rule (\S+)$/, ([name]) => `events disable-rule --name ${name}`],
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
      `sns put-data-protection-policy --resource-arn ${cluster.split(":").slice(0, 2).join(":")}:sns:${region}:${account}:${name} --data-protection-policy ''`,
  ],
  [/^alarm mute rule (.+)$/, ([name]) => `cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name ${name}`],
  [/^cluster task (\S+)$/, ([id], { cluster }) => `ecs stop-task --cluster ${cluster} --task ${id}`],
  [
    /^cluster service (\S+)$/,
    ([name], { cluster }) => `ecs delete-service --cluster ${cluster} --service ${name} --force`,
  ],
  [
    /^image repository permission (\S+) .+$/,
    ([name]) => `ecr delete-repository-policy --repository-name ${name}`,
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
  [/^network interface (\S+)$/, ([id]) => `ec2 delete-network-interface --network-interface-id ${id}`],
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
  [
    /^network DHCP options \S+$/,
    (_, { vpcId }) => `ec2 associate-dhcp-options --dhcp-options-id default --vpc-id ${vpcId}`,
  ],
  [/^network flow log (\S+)$/, ([id]) => `ec2 delete-flow-logs --flow-log-ids ${id}`],
  [
    /^network hosted zone (\S+)$/,
    ([id], { region, vpcId }) =>
      `route53 disassociate-vpc-from-hosted-zone --hosted-zone-id ${id} --vpc VPCRegion=${region},VPCId=${vpcId}`,
  ],
];

/** The end of an identity in the region of the copies. */
const inRegion = / in ([a-z]{2}(?:-[a-z]+)+-\d)$/;

/**
 * Returns the command of the AWS CLI that reverts a change which AwsWatch reports; undefined if several commands are needed, or if their
 * arguments are not in the report. Nothing runs it: only a person knows whether the addition is in use.
 *
 * @param change what AwsWatch reports, for example `added: ENABLED`
 */
export function revertInAws(identity: string, change: string, place: RevertPlace): string | undefined {
  const account = /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(place.cluster)?.[1];
  if (account === undefined) return undefined;
  if (identity === "account public access block") return restoredBlock(change, account);
  if (!change.startsWith("added: ")) return undefined;
  const region = inRegion.exec(identity)?.[1] ?? place.region;
  const name = identity.replace(inRegion, "");
  if (name.startsWith("instance profile ")) return withoutRole(name, change);
  for (const [pattern, command] of commands) {
    const [, ...names] = pattern.exec(name) ?? [];
    if (names.length === 0 && !pattern.test(name)) continue;
    const text = command(names.map(quoted), { ...place, region, account });
    return `aws ${text}${text.includes(" --region ") ? "" : ` --region ${region}`}`;
  }
  return undefined;
}

function withoutRole(identity: string, change: string): string {
  const profile = quoted(identity.slice("instance profile ".length));
  const role = quoted(change.replace(/^added: role /, "").replace(/ \[\w+\]$/, ""));
  return `aws iam remove-role-from-instance-profile --instance-profile-name ${profile} --role-name ${role}`;
}

/** Returns the command that blocks again what the account blocked before. */
function restoredBlock(change: string, account: string): string {
  const before = change.replace(/^removed: /, "").split(" → ")[0] ?? "";
  const settings = before
    .replace(/ \[\w+\]$/, "")
    .split(", ")
    .map((name) => `${name}=true`)
    .join(",");
  return `aws s3control put-public-access-block --account-id ${account} --public-access-block-configuration ${settings}`;
}

/** Returns a name as one argument of a shell. */
function quoted(text: string): string {
  return /^[\w./:@+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
