import { expect, test } from "vitest";
import { revertInAws, revertText } from "../../../plugins/supabasex/awsReverts";

const place = {
  region: "eu-west-1",
  cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-backup",
  vpcId: "vpc-1",
};
const revert = (identity: string, change = "added: x [opens]") => {
  const found = revertInAws(identity, change, place);
  if (found === undefined) return undefined;
  return "command" in found ? found.command : found.instruction;
};

test.each([
  [
    "access point shop-backups manual",
    "s3control delete-access-point --account-id 123456789012 --name manual --region eu-west-1",
  ],
  [
    "access grant shop-backups 0a1b-2c3d",
    "s3control delete-access-grant --account-id 123456789012 --access-grant-id 0a1b-2c3d --region eu-west-1",
  ],
  [
    "multi-region access point manual",
    "s3control delete-multi-region-access-point --account-id 123456789012 --details Name=manual --region us-west-2",
  ],
  [
    "log subscription /shop/backup it's mine",
    "logs delete-subscription-filter --log-group-name /shop/backup --filter-name 'it'\\''s mine' --region eu-west-1",
  ],
  [
    "log metric filter /shop/backup manual",
    "logs delete-metric-filter --log-group-name /shop/backup --filter-name manual --region eu-west-1",
  ],
  [
    "event bus permission default manual",
    "events remove-permission --event-bus-name default --statement-id manual --region eu-west-1",
  ],
  ["event pipe manual", "pipes delete-pipe --name manual --region eu-west-1"],
  [
    "event target shop-backup-failed $(id)",
    "events remove-targets --rule shop-backup-failed --ids '$(id)' --region eu-west-1",
  ],
  [
    "event target shop-backup-replica-deleted manual in us-west-2",
    "events remove-targets --rule shop-backup-replica-deleted --ids manual --region us-west-2",
  ],
  ["schedule g/manual", "scheduler delete-schedule --group-name g --name manual --region eu-west-1"],
  ["queue reader shop 1-2", "lambda delete-event-source-mapping --uuid 1-2 --region eu-west-1"],
  ["function event source f 1-2", "lambda delete-event-source-mapping --uuid 1-2 --region eu-west-1"],
  ["function URL f", "lambda delete-function-url-config --function-name f --region eu-west-1"],
  [
    "function permission f manual",
    "lambda remove-permission --function-name f --statement-id manual --region eu-west-1",
  ],
  ["function alias f a", "lambda delete-alias --function-name f --name a --region eu-west-1"],
  ["function version f 1", "lambda delete-function --function-name f --qualifier 1 --region eu-west-1"],
  [
    "function destination f on success",
    "lambda delete-function-event-invoke-config --function-name f --region eu-west-1",
  ],
  [
    "topic data protection shop-backup-alarms",
    "sns put-data-protection-policy --resource-arn arn:aws:sns:eu-west-1:123456789012:shop-backup-alarms --data-protection-policy '' --region eu-west-1",
  ],
  [
    "alarm mute rule manual",
    "cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name manual --region eu-west-1",
  ],
  [
    "cluster service manual",
    `ecs delete-service --cluster ${place.cluster} --service manual --force --region eu-west-1`,
  ],
  ["bucket CORS b", "s3api delete-bucket-cors --bucket b --region eu-west-1"],
  ["bucket website b", "s3api delete-bucket-website --bucket b --region eu-west-1"],
  ["bucket replication b", "s3api delete-bucket-replication --bucket b --region eu-west-1"],
  ["bucket logging b", "s3api put-bucket-logging --bucket b --bucket-logging-status '{}' --region eu-west-1"],
  [
    "bucket notification b",
    "s3api put-bucket-notification-configuration --bucket b --notification-configuration '{}' --region eu-west-1",
  ],
  ["secret rotation s", "secretsmanager cancel-rotate-secret --secret-id s --region eu-west-1"],
  [
    "secret copy s us-east-1",
    "secretsmanager remove-regions-from-replication --secret-id s --remove-replica-regions us-east-1 --region eu-west-1",
  ],
  ["network interface eni-1", "ec2 delete-network-interface --network-interface-id eni-1 --region eu-west-1"],
  ["network subnet subnet-1", "ec2 delete-subnet --subnet-id subnet-1 --region eu-west-1"],
  ["network endpoint vpce-1", "ec2 delete-vpc-endpoints --vpc-endpoint-ids vpce-1 --region eu-west-1"],
  [
    "network peering pcx-1",
    "ec2 delete-vpc-peering-connection --vpc-peering-connection-id pcx-1 --region eu-west-1",
  ],
  ["network instance i-1", "ec2 terminate-instances --instance-ids i-1 --region eu-west-1"],
  [
    "network attachment tgw-attach-1",
    "ec2 delete-transit-gateway-vpc-attachment --transit-gateway-attachment-id tgw-attach-1 --region eu-west-1",
  ],
  [
    "network gateway vgw-1",
    "ec2 detach-vpn-gateway --vpn-gateway-id vgw-1 --vpc-id vpc-1 --region eu-west-1",
  ],
  ["network flow log fl-1", "ec2 delete-flow-logs --flow-log-ids fl-1 --region eu-west-1"],
])("%s is reverted by its command", (identity, command) => {
  expect(revert(identity)).toBe(`aws ${command}`);
});

test.each([
  [
    "log resource policy of a team",
    "es.amazonaws.com: logs:PutLogEvents, policy 0a1b2c3d",
    "logs delete-resource-policy --policy-name 'of a team'",
  ],
  [
    "log resource policy of /shop/backup",
    "es.amazonaws.com: logs:PutLogEvents, policy 0a1b2c3d",
    "logs delete-resource-policy --resource-arn arn:aws:logs:eu-west-1:123456789012:log-group:/shop/backup --policy-scope RESOURCE",
  ],
  [
    "instance profile manual",
    "role shop-backup-task",
    "iam remove-role-from-instance-profile --instance-profile-name manual --role-name shop-backup-task",
  ],
  [
    "network hosted zone Z1",
    "supabase.co of account 210987654321",
    "route53 disassociate-vpc-from-hosted-zone --hosted-zone-id Z1 --vpc VPCRegion=eu-west-1,VPCId=vpc-1",
  ],
])("%s with the value %s is reverted by its command", (identity, added, command) => {
  expect(revert(identity, `added: ${added} [opens]`)).toBe(`aws ${command} --region eu-west-1`);
});

test("a rule loses only the targets in the cluster, and keeps its other ones", () => {
  expect(revert("event rule manual")).toBe(
    `aws events remove-targets --rule manual --ids $(aws events list-targets-by-rule --rule manual --query "Targets[?Arn=='${place.cluster}'].Id" --output text --region eu-west-1) --region eu-west-1`,
  );
  const ofPartner = "manual --event-bus-name aws.partner/example/1";
  expect(revert("event rule aws.partner/example/1/manual")).toBe(
    `aws events remove-targets --rule ${ofPartner} --ids $(aws events list-targets-by-rule --rule ${ofPartner} --query "Targets[?Arn=='${place.cluster}'].Id" --output text --region eu-west-1) --region eu-west-1`,
  );
});

test.each([
  [
    "log resource policy shared",
    "es.amazonaws.com: logs:PutLogEvents, part of the policy 0a1b2c3d",
    "remove the statements for es.amazonaws.com from the policy shared, whose other statements remain",
  ],
  [
    "log resource policy of /shop/backup",
    "es.amazonaws.com: logs:PutLogEvents, part of the policy 0a1b2c3d",
    "remove the statements for es.amazonaws.com from the policy of the log group /shop/backup",
  ],
  [
    "log account policy subscription filter manual",
    "policy 0a1b2c3d",
    "exclude the stack's log groups in the selection criteria of the policy manual, which applies to other log groups, too",
  ],
  [
    "image repository permission thorbis/backup manual",
    "{}",
    "remove the statement manual from the policy of the repository thorbis/backup",
  ],
  [
    "network hosted zone Z1",
    "efs.amazonaws.com of efs.amazonaws.com",
    "remove the resource of the AWS service that owns the zone",
  ],
  [
    "cluster task other, runs another definition",
    "running",
    `stop the task that aws ecs list-tasks --cluster ${place.cluster} --family other --region eu-west-1 lists`,
  ],
])("%s has no command that deletes what others use", (identity, added, instruction) => {
  expect(revert(identity, `added: ${added} [opens]`)).toBe(instruction);
});

test("a command names its account and has the watch's profile", () => {
  const found = revertInAws("event pipe manual", "added: x", { ...place, profile: "shop prod" });
  expect(found && revertText(found)).toBe(
    ", in account 123456789012: aws pipes delete-pipe --name manual --region eu-west-1 --profile 'shop prod'",
  );
  const copy = revertInAws("multi-region access point manual", "added: x", { ...place, profile: "prod" });
  expect(copy && revertText(copy)).toMatch(/ --region us-west-2 --profile prod$/);
  const zone = revertInAws("network hosted zone Z1", "added: x of efs.amazonaws.com", place);
  expect(zone && revertText(zone)).toMatch(/^: remove the resource /);
});

test.each([
  ["removed: BlockPublicAcls, BlockPublicPolicy [opens]", "BlockPublicAcls=true,BlockPublicPolicy=true"],
  [
    "BlockPublicAcls, BlockPublicPolicy → BlockPublicAcls, IgnorePublicAcls [opens]",
    "BlockPublicAcls=true,BlockPublicPolicy=true,IgnorePublicAcls=true",
  ],
])(
  "the account blocks again what it blocked before, and still what it blocks now: %s",
  (change, settings) => {
    expect(revert("account public access block", change)).toBe(
      `aws s3control put-public-access-block --account-id 123456789012 --public-access-block-configuration ${settings} --region eu-west-1`,
    );
  },
);

test("no command is suggested for a removal, an unknown identity, or in an unknown account", () => {
  expect(revert("event rule manual", "removed: x [changes]")).toBeUndefined();
  expect(revert("key grant manual")).toBeUndefined();
  expect(revert("network DHCP options dopt-1")).toBeUndefined();
  expect(revert("network interfaces interface, shop")).toBeUndefined();
  expect(revertInAws("event rule manual", "added: x", { ...place, cluster: "shop" })).toBeUndefined();
});
