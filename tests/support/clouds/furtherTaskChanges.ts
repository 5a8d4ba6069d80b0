import { AuthorizeSecurityGroupEgressCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { TagResourceCommand as TagClusterCommand } from "@aws-sdk/client-ecs";
import {
  AttachRolePolicyCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import {
  PutResourcePolicyCommand,
  TagResourceCommand as TagSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import {
  everything,
  type FurtherChange,
  managedPolicy,
  registerRevision,
  role,
  schedule,
  secret,
  tag,
  task,
  updateSchedule,
} from "./furtherChange";

/** Changes of the roles, the secret, the schedules, the task and its network. */
export const furtherTaskChanges: readonly FurtherChange[] = [
  {
    name: "an inline policy is added to the role of the backup",
    of: role("backup-task-role-role"),
    by: "aws iam put-role-policy",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "helpful", PolicyDocument: everything }),
      ),
    seenBy: {
      type: "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
      ending: "backup-task-role-policies",
    },
    reports: ["policyNames"],
    shows: ["helpful"],
  },
  {
    name: "a managed policy is attached to the role of the scheduler",
    of: role("backup-scheduler-role-role"),
    by: "aws iam attach-role-policy",
    change: async (clouds, { id: RoleName }) =>
      await clouds.iam.send(
        new AttachRolePolicyCommand({ RoleName, PolicyArn: await managedPolicy(clouds, "everything") }),
      ),
    seenBy: {
      type: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
      ending: "backup-scheduler-role-attachments",
    },
    reports: ["policyArns"],
    shows: ["policy/everything"],
  },
  {
    name: "a role gets a permissions boundary",
    of: role("backup-execution-role-role"),
    by: "aws iam put-role-permissions-boundary",
    change: async (clouds, { id: RoleName }) =>
      await clouds.iam.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName,
          PermissionsBoundary: await managedPolicy(clouds, "boundary-by-hand"),
        }),
      ),
    reports: ["permissionsBoundary"],
  },
  {
    name: "a role's maximum session duration becomes twelve hours",
    of: role("backup-task-role-role"),
    by: "aws iam update-role --max-session-duration 43200",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43_200 })),
    reports: ["maxSessionDuration"],
  },
  {
    name: "a role's description changes",
    of: role("backup-scheduler-role-role"),
    by: "aws iam update-role --description",
    change: async ({ iam }, { id: RoleName }) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const MaxSessionDuration = Role?.MaxSessionDuration;
      await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration, Description: "by hand" }));
    },
    reports: ["description"],
  },
  {
    name: "a role is tagged",
    of: role("backup-execution-role-role"),
    by: "aws iam tag-role",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(new TagRoleCommand({ RoleName, Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "another account may read the secret",
    of: secret,
    by: "aws secretsmanager put-resource-policy",
    change: async ({ secrets }, { id: SecretId }) =>
      await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: everything })),
    reports: ["policy"],
  },
  {
    name: "the secret is tagged",
    of: secret,
    by: "aws secretsmanager tag-resource",
    change: async ({ secrets }, { id: SecretId }) =>
      await secrets.send(new TagSecretCommand({ SecretId, Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "the schedule of the backup ends tomorrow",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --end-date",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ EndDate: new Date(Date.now() + 86_400_000) })),
    reports: ["endDate"],
  },
  {
    name: "the schedule of the backup starts in a year",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --start-date",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({
        StartDate: new Date(Date.now() + 365 * 86_400_000),
        EndDate: new Date(Date.now() + 366 * 86_400_000),
      })),
    reports: ["startDate"],
  },
  {
    name: "backups run once a year",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --schedule-expression",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ ScheduleExpression: "cron(0 3 1 1 ? *)" })),
    reports: ["scheduleExpression"],
  },
  {
    name: "a schedule's time zone changes",
    of: schedule("backup-prune-schedule"),
    by: "aws scheduler update-schedule --schedule-expression-timezone",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ ScheduleExpressionTimezone: "Asia/Tokyo" })),
    reports: ["scheduleExpressionTimezone"],
  },
  {
    name: "a schedule gets a flexible window of a day",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --flexible-time-window",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({
        FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1440 },
      })),
    reports: ["flexibleTimeWindow", "maximumWindowInMinutes"],
  },
  {
    name: "a schedule passes other input to its task",
    of: schedule("backup-prune-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && { ...Target, Input: '{"containerOverrides":[]}' },
      })),
    reports: ["target", "input"],
  },
  {
    name: "a schedule starts its task with another role",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && { ...Target, RoleArn: "arn:aws:iam::123456789012:role/of-somebody-else" },
      })),
    reports: ["target", "roleArn"],
  },
  {
    name: "a schedule's description changes",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --description",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ Description: "by hand" })),
    reports: ["description"],
  },
  {
    name: "a revision with another image is registered",
    of: task("backup-task-definition"),
    by: "aws ecs register-task-definition",
    change: async (clouds, resource) =>
      await registerRevision(clouds, resource, { image: "evil.example/backup:latest" }),
    reports: ["containerDefinitions"],
    shows: ["evil.example/backup:latest"],
  },
  {
    name: "a revision with another environment is registered",
    of: task("backup-prune-task-definition"),
    by: "aws ecs register-task-definition",
    change: async (clouds, resource) =>
      await registerRevision(clouds, resource, {
        environment: [{ name: "BACKUP_BUCKET", value: "bucket-of-somebody-else" }],
      }),
    reports: ["containerDefinitions"],
    shows: ["bucket-of-somebody-else"],
  },
  {
    name: "the cluster is tagged",
    of: { type: "aws:ecs/cluster:Cluster" },
    by: "aws ecs tag-resource",
    change: async ({ ecs }, { id: resourceArn }) =>
      await ecs.send(new TagClusterCommand({ resourceArn, tags: [{ key: "owner", value: "me" }] })),
    reports: ["tags", "owner"],
  },
  {
    name: "an egress rule to all addresses is added",
    of: { type: "aws:ec2/securityGroup:SecurityGroup", ending: "backup-security-group" },
    by: "aws ec2 authorize-security-group-egress",
    change: async ({ ec2 }, { id: GroupId }) =>
      await ec2.send(
        new AuthorizeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 0, ToPort: 65_535, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    reports: ["egress"],
  },
  {
    name: "a security group is tagged",
    of: { type: "aws:ec2/securityGroup:SecurityGroup", ending: "upkeep-security-group" },
    by: "aws ec2 create-tags",
    change: async ({ ec2 }, { id }) =>
      await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [tag] })),
    reports: ["tags", "owner"],
  },
];
