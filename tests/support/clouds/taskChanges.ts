import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import {
  DeleteClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  UpdateClusterCommand,
} from "@aws-sdk/client-ecs";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type { CloudChanges } from "./manualChange";

const document = (text: string | undefined) => decodeURIComponent(text ?? "");
const allowAll = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const rolePolicy = (id: string) => {
  const [RoleName, PolicyName] = id.split(":");
  return { RoleName, PolicyName };
};
const schedule = (id: string) => {
  const [GroupName, Name] = id.split("/");
  return { GroupName, Name };
};

/** Manual changes of what runs a backup: the schedule, the task, its permissions, its password and its network. */
export const taskChanges: CloudChanges = {
  "aws:iam/role:Role": {
    look: async ({ iam }, { id }) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: id }));
      return { trust: JSON.parse(document(Role?.AssumeRolePolicyDocument)), path: Role?.Path };
    },
    change: async ({ iam }, { id }) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: id }));
      const PolicyDocument = document(Role?.AssumeRolePolicyDocument).replace(
        /"\w[\w-]*\.amazonaws/,
        '"ec2.amazonaws',
      );
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
    },
    reports: ["assumeRolePolicy"],
    deletion: {
      remove: async ({ iam }, { id }) => {
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: id }));
        for (const PolicyName of PolicyNames) {
          await iam.send(new DeleteRolePolicyCommand({ RoleName: id, PolicyName }));
        }
        await iam.send(new DeleteRoleCommand({ RoleName: id }));
      },
      takes: [
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
      ],
    },
  },
  "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": {
    look: async ({ iam }, { id }) =>
      (await iam.send(new ListRolePoliciesCommand({ RoleName: id }))).PolicyNames?.sort(),
    change: async ({ iam }, { id }) =>
      await iam.send(
        new PutRolePolicyCommand({ RoleName: id, PolicyName: "by-hand", PolicyDocument: allowAll }),
      ),
    reports: ["policyNames"],
    deletion: { none: "owns nothing: a policy of the role that is deleted is the case above" },
  },
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": {
    look: async ({ iam }, { id }) =>
      (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: id }))).AttachedPolicies?.length ?? 0,
    change: async ({ iam }, { id }) => {
      const made = new CreatePolicyCommand({ PolicyName: `${id}-by-hand`, PolicyDocument: allowAll });
      const { Policy } = await iam.send(made);
      await iam.send(new AttachRolePolicyCommand({ RoleName: id, PolicyArn: Policy?.Arn }));
    },
    reports: ["policyArns"],
    deletion: { none: "owns nothing: no managed policy is declared" },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    look: async ({ iam }, { id }) =>
      JSON.parse(document((await iam.send(new GetRolePolicyCommand(rolePolicy(id)))).PolicyDocument)),
    change: async ({ iam }, { id }) =>
      await iam.send(
        new PutRolePolicyCommand({
          ...rolePolicy(id),
          PolicyDocument: allowAll,
        }),
      ),
    reports: ["policy"],
    deletion: {
      remove: async ({ iam }, { id }) => await iam.send(new DeleteRolePolicyCommand(rolePolicy(id))),
      noticedBy: ["aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"],
    },
  },
  "aws:ecs/cluster:Cluster": {
    look: async ({ ecs }, { id }) => {
      const { clusters } = await ecs.send(
        new DescribeClustersCommand({ clusters: [id], include: ["SETTINGS"] }),
      );
      return clusters?.map(({ settings, status }) => ({ settings, status }));
    },
    change: async ({ ecs }, { id }) =>
      await ecs.send(
        new UpdateClusterCommand({
          cluster: id,
          settings: [{ name: "containerInsights", value: "enhanced" }],
        }),
      ),
    reports: ["settings", "value"],
    deletion: {
      remove: async ({ ecs }, { id }) => await ecs.send(new DeleteClusterCommand({ cluster: id })),
    },
  },
  "supabasex:index:AwsWatch": {
    look: async () => "has nothing of its own in AWS",
    unchangeable: "reports and repairs nothing: tests/support/clouds/additions.ts",
    deletion: { none: "made nothing" },
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    unchangeable: "a revision stays as it was registered until it is deregistered",
    look: async ({ ecs }, resource) => {
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: resource.text("arn") }),
      );
      return { status: taskDefinition?.status, containers: taskDefinition?.containerDefinitions };
    },
    deletion: {
      remove: async ({ ecs }, resource) =>
        await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: resource.text("arn") })),
    },
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    look: async ({ ec2 }, { id }) => {
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
      return SecurityGroups?.map((group) => ({
        name: group.GroupName,
        in: group.IpPermissions,
        out: group.IpPermissionsEgress,
      }));
    },
    change: async ({ ec2 }, { id }) =>
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: id,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    reports: ["ingress"],
    deletion: {
      remove: async ({ ec2 }, { id }) => await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })),
    },
  },
  "aws:secretsmanager/secret:Secret": {
    look: async ({ secrets }, { id }) => {
      const { Name, Description } = await secrets.send(new DescribeSecretCommand({ SecretId: id }));
      return { Name, Description };
    },
    change: async ({ secrets }, { id }) =>
      await secrets.send(new UpdateSecretCommand({ SecretId: id, Description: "Nobody needs this" })),
    reports: ["description"],
    deletion: {
      remove: async ({ secrets }, { id }) =>
        await secrets.send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true })),
      takes: ["aws:secretsmanager/secretVersion:SecretVersion"],
    },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    look: async ({ secrets }, resource) => {
      const { SecretString, VersionStages } = await secrets.send(
        // Without a stage, AWS returns the current version, but moto returns the latest one.
        new GetSecretValueCommand({ SecretId: resource.text("secretId"), VersionStage: "AWSCURRENT" }),
      );
      return { SecretString, VersionStages };
    },
    change: async ({ secrets }, resource) =>
      await secrets.send(
        new PutSecretValueCommand({ SecretId: resource.text("secretId"), SecretString: "by hand" }),
      ),
    reports: ["versionStages"],
    deletion: { none: "Secrets Manager deletes secrets; a version only loses its label, as above" },
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": {
    look: async ({ schedules }, resource) =>
      (await schedules.send(new ListTagsForResourceCommand({ ResourceArn: resource.text("arn") }))).Tags,
    change: async ({ schedules }, resource) =>
      await schedules.send(
        new TagResourceCommand({ ResourceArn: resource.text("arn"), Tags: [{ Key: "owner", Value: "me" }] }),
      ),
    reports: ["tags", "owner"],
    deletion: {
      remove: async ({ schedules }, { id }) =>
        await schedules.send(new DeleteScheduleGroupCommand({ Name: id })),
      takes: ["aws:scheduler/schedule:Schedule"],
    },
  },
  "aws:scheduler/schedule:Schedule": {
    look: async ({ schedules }, { id }) => {
      const { State, ScheduleExpression, FlexibleTimeWindow, Target } = await schedules.send(
        new GetScheduleCommand(schedule(id)),
      );
      // Each creation gives revisions of the task and the security group new names.
      const { TaskDefinitionArn: _, NetworkConfiguration: __, ...task } = Target?.EcsParameters ?? {};
      return { State, ScheduleExpression, FlexibleTimeWindow, Target: { ...Target, EcsParameters: task } };
    },
    change: async ({ schedules }, { id }) => {
      const found = await schedules.send(new GetScheduleCommand(schedule(id)));
      await schedules.send(
        new UpdateScheduleCommand({
          ...schedule(id),
          ScheduleExpression: found.ScheduleExpression,
          FlexibleTimeWindow: found.FlexibleTimeWindow,
          Target: found.Target,
          State: "DISABLED",
        }),
      );
    },
    reports: ["state"],
    deletion: {
      remove: async ({ schedules }, { id }) => await schedules.send(new DeleteScheduleCommand(schedule(id))),
    },
  },
};
