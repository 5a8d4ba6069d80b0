import { beforeAll, describe, expect, test } from "vitest";
import { cloudFormationTemplate, type Template } from "../../audit/cloudformation/template";
import { declaredAccount } from "../../audit/declaredAccount";
import { declaredStack } from "../../audit/declaredStack";
import type { StackResource } from "../../audit/resource";
import { terraformPlan } from "../../audit/terraform/plan";
import type { JsonObject } from "../../foundation/json";

let resources: readonly StackResource[];
let template: Template;
beforeAll(async () => {
  ({ resources } = await declaredStack("prod", { replica: { region: "us-west-2" } }));
  template = cloudFormationTemplate(resources);
});

const inTemplate = (logicalId: string) =>
  (template.document.Resources as Record<string, { Type: string; Properties: JsonObject }>)[logicalId];
const documentIn = (logicalId: string, property: string) =>
  inTemplate(logicalId)?.Properties[property] as { Statement: JsonObject[] } | undefined;
const statementsOf = (logicalId: string, property = "PolicyDocument") =>
  documentIn(logicalId, property)?.Statement ?? [];

describe("a template", () => {
  test("has a bucket with the settings that are separate resources in Pulumi", () => {
    const bucket = inTemplate("BackupBucketBucket");

    expect(bucket?.Type).toBe("AWS::S3::Bucket");
    expect(bucket?.Properties).toMatchObject({
      BucketName: "thorbis-backups",
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: "aws:kms",
              KMSMasterKeyID: { "Fn::GetAtt": ["BackupBucketKey", "Arn"] },
            },
          },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 14 } },
      },
      LoggingConfiguration: { DestinationBucketName: { Ref: "AccessLogsBucket" }, LogFilePrefix: "s3/" },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      ReplicationConfiguration: {
        Role: { "Fn::GetAtt": ["BackupReplicaRoleRole", "Arn"] },
        Rules: [
          {
            Id: "second-region",
            Destination: {
              Bucket: { "Fn::GetAtt": ["BackupReplicaBucket", "Arn"] },
              EncryptionConfiguration: {
                ReplicaKmsKeyID: { "Fn::GetAtt": ["BackupReplicaKey", "Arn"] },
              },
            },
          },
        ],
      },
    });
  });

  test("refers to resources in policies, also if more text follows an ARN", () => {
    expect(statementsOf("BackupBucketPolicy")[0]).toEqual({
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [
        { "Fn::GetAtt": ["BackupBucketBucket", "Arn"] },
        { "Fn::Join": ["", [{ "Fn::GetAtt": ["BackupBucketBucket", "Arn"] }, "/*"]] },
      ],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(inTemplate("BackupBucketPolicy")?.Properties.Bucket).toEqual({ Ref: "BackupBucketBucket" });
  });

  test("refers to the role in a role's policy, and to no resource that is created after the role", () => {
    expect(inTemplate("DatabaseMonitoringProbeRolePolicy")?.Properties.Roles).toEqual([
      { Ref: "DatabaseMonitoringProbeRoleRole" },
    ]);
    expect(
      statementsOf("DatabaseMonitoringProbeRoleRole", "AssumeRolePolicyDocument")[0]?.Condition,
    ).toMatchObject({
      ArnLike: { "aws:SourceArn": "arn:aws:lambda:us-east-1:123456789012:function:thorbis-prod-monitoring" },
    });
  });

  test("has CloudFormation's names where they differ", () => {
    expect(inTemplate("BackupSchedule")?.Properties.Target).toMatchObject({
      EcsParameters: {
        EnableECSManagedTags: false,
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            AssignPublicIp: "DISABLED",
            Subnets: [{ Ref: "BackupNetworkPrivate1Subnet" }, { Ref: "BackupNetworkPrivate2Subnet" }],
          },
        },
      },
    });
    expect(inTemplate("BackupSecurityGroup")?.Properties.SecurityGroupEgress).toEqual([
      {
        CidrIp: "0.0.0.0/0",
        IpProtocol: "tcp",
        FromPort: 443,
        ToPort: 443,
        Description: "S3, Secrets Manager, logs, registry",
      },
      { CidrIp: "0.0.0.0/0", IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, Description: "PostgreSQL" },
    ]);
    expect(inTemplate("BackupNetworkPrivateRoutesRoute1")).toEqual({
      Type: "AWS::EC2::Route",
      Properties: {
        RouteTableId: { Ref: "BackupNetworkPrivateRoutes" },
        DestinationCidrBlock: "0.0.0.0/0",
        NatGatewayId: { Ref: "BackupNetworkNatGateway" },
      },
    });
    expect(inTemplate("BackupNetworkNatGateway")?.Properties.AllocationId).toEqual({
      "Fn::GetAtt": ["BackupNetworkAddress", "AllocationId"],
    });
  });

  test("does not depend on the order of the resources, which differs from deployment to deployment", () => {
    const sorted = resources.toSorted((one, other) => one.name.localeCompare(other.name));

    for (const order of [sorted, sorted.toReversed()]) {
      expect(cloudFormationTemplate(order).document).toEqual(template.document);
      expect(configurationOf(order)).toEqual(configurationOf(resources));
    }
  });

  test("maps every logical id to the logical name of its resource", () => {
    expect(template.names.get("BackupBucketBucket")).toBe("backup-bucket-bucket");
    expect(template.names.get("BackupNetworkPrivateRoutesRoute1")).toBe("backup-network-private-routes");
    expect(template.names.size).toBe(Object.keys(template.document.Resources as JsonObject).length);
    expect(new Set(template.names.values())).toEqual(
      new Set(resources.map(({ name }) => name).filter((name) => !isPartOrAbsent(name))),
    );
  });

  test("has every property of a role", () => {
    const document = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const role = {
      type: "aws:iam/role:Role",
      name: "administrator",
      inputs: {
        assumeRolePolicy: document,
        managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
        inlinePolicies: [{ name: "all", policy: document }],
        maxSessionDuration: 43_200,
        tags: { Owner: "thorbis" },
      },
      outputs: {},
    };

    expect(cloudFormationTemplate([role]).document.Resources).toEqual({
      Administrator: {
        Type: "AWS::IAM::Role",
        Properties: {
          AssumeRolePolicyDocument: JSON.parse(document),
          ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
          Policies: [{ PolicyName: "all", PolicyDocument: JSON.parse(document) }],
          MaxSessionDuration: 43_200,
          Tags: [{ Key: "Owner", Value: "thorbis" }],
        },
      },
    });
  });

  test("has the set-up of an account: roles with the managed policies that are attached to them, and the repository", async () => {
    const { Resources } = cloudFormationTemplate(await declaredAccount()).document as {
      Resources: Record<string, { Type: string; Properties: JsonObject }>;
    };

    expect(Resources.AccessProdDeployRole?.Properties.ManagedPolicyArns).toEqual([
      { Ref: "AccessProdDeployNetwork" },
    ]);
    expect(Resources.AccessProdPreviewRole?.Properties).not.toHaveProperty("ManagedPolicyArns");
    expect(Resources.AccessProdDeployNetwork).toMatchObject({
      Type: "AWS::IAM::ManagedPolicy",
      Properties: { ManagedPolicyName: "thorbis-prod-deploy-network" },
    });
    expect(Resources.AccessProdDeployRole?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Principal: { Federated: { Ref: "Github" } } }],
    });
    expect(Resources.Github).toMatchObject({
      Type: "AWS::IAM::OIDCProvider",
      Properties: { ClientIdList: ["sts.amazonaws.com"] },
    });
    expect(Resources.ImagesRepository).toMatchObject({
      Type: "AWS::ECR::Repository",
      Properties: {
        RepositoryName: "thorbis-backup",
        ImageTagMutability: "IMMUTABLE",
        ImageScanningConfiguration: { ScanOnPush: true },
        EncryptionConfiguration: {
          EncryptionType: "KMS",
          KmsKey: { "Fn::GetAtt": ["StateEncryptionKey", "Arn"] },
        },
        LifecyclePolicy: { LifecyclePolicyText: expect.stringContaining("Old releases") },
      },
    });
  });

  test("refuses a document that is a secret, with the name of its resource", () => {
    const policy = {
      type: "aws:sqs/queuePolicy:QueuePolicy",
      name: "letters-policy",
      inputs: { queueUrl: "https://queue", policy: "(not shown)" },
      outputs: {},
    };

    expect(() => cloudFormationTemplate([policy])).toThrow(
      "The audit cannot convert letters-policy (aws:sqs/queuePolicy:QueuePolicy), because a JSON document in it is a secret: keep secrets out of the document.",
    );
  });

  test("refuses two names that are the same in a template", () => {
    const queues = ["dead-letters", "dead_letters"].map((name) => ({
      type: "aws:sqs/queue:Queue",
      name,
      inputs: {},
      outputs: {},
    }));

    expect(() => cloudFormationTemplate(queues)).toThrow(
      "The audit cannot tell dead-letters and dead_letters apart (both are DeadLetters in a template): rename one of them.",
    );
  });

  test("refuses a type that has no counterpart yet", () => {
    const table = { type: "aws:dynamodb/table:Table", name: "ledger", inputs: {}, outputs: {} };

    expect(() => cloudFormationTemplate([table])).toThrow(
      "the audit cannot convert ledger (aws:dynamodb/table:Table): add its type to audit/cloudformation/",
    );
  });
});

/** Returns the references in a plan by address. */
function configurationOf(of: readonly StackResource[]): Record<string, unknown> {
  const { configuration } = terraformPlan(of).document as {
    configuration: { root_module: { resources: { address: string; expressions: JsonObject }[] } };
  };
  return Object.fromEntries(
    configuration.root_module.resources.map(({ address, expressions }) => [address, expressions]),
  );
}

/** Returns whether a resource is one of the settings of buckets, exclusive lists of policies and the like. */
const isPartOrAbsent = (name: string) =>
  /-(versioning|encryption|lifecycle|public-access|ownership|object-lock|events|logging|rule)$/.test(name) ||
  /-(policies|attachments|default-security-group|version|target|failed-message)$/.test(name) ||
  name === "backup-alarms-to-topic";

describe("a plan", () => {
  const planned = (address: string) => {
    const { planned_values } = terraformPlan(resources).document as {
      planned_values: { root_module: { resources: { address: string; values: JsonObject }[] } };
    };
    return planned_values.root_module.resources.find((resource) => resource.address === address)?.values;
  };

  test("has Terraform's names, and objects as blocks", () => {
    expect(
      planned("aws_s3_bucket_server_side_encryption_configuration.backup-bucket-encryption"),
    ).toMatchObject({
      bucket: "thorbis-backups",
      rule: [
        {
          apply_server_side_encryption_by_default: [{ sse_algorithm: "aws:kms" }],
          bucket_key_enabled: true,
        },
      ],
    });
    expect(planned("aws_s3_bucket_replication_configuration.backup-replica-rule")?.rule).toHaveLength(1);
    expect(planned("aws_security_group.backup-security-group")).toMatchObject({
      egress: [
        { cidr_blocks: ["0.0.0.0/0"], protocol: "tcp", from_port: 443, to_port: 443 },
        { cidr_blocks: ["0.0.0.0/0"], protocol: "tcp", from_port: 5432, to_port: 5432 },
      ],
    });
    expect(planned("aws_vpc.backup-network-vpc")).toMatchObject({ cidr_block: "10.80.0.0/24" });
    expect(planned("aws_ecs_cluster.backup-cluster")).toMatchObject({
      setting: [{ name: "containerInsights", value: "enabled" }],
      tags: { Owner: "thorbis" },
    });
  });

  test("refers to other resources by value, by name and inside of blocks", () => {
    const configuration = configurationOf(resources) as Record<string, JsonObject>;

    expect(configuration["aws_s3_bucket_versioning.backup-bucket-versioning"]).toEqual({
      bucket: {
        references: ["aws_s3_bucket.backup-bucket-bucket.bucket", "aws_s3_bucket.backup-bucket-bucket"],
      },
    });
    expect(configuration["aws_lambda_function.database-monitoring-probe"]?.vpc_config).toEqual([
      {
        security_group_ids: {
          references: [
            "aws_security_group.database-monitoring-security-group.id",
            "aws_security_group.database-monitoring-security-group",
          ],
        },
        subnet_ids: { references: expect.arrayContaining(["aws_subnet.backup-network-private-1-subnet"]) },
      },
    ]);
  });
});

test("no form contains the value of a secret", () => {
  const forms = JSON.stringify([template.document, terraformPlan(resources).document]);

  expect(JSON.stringify(resources)).toContain("(not shown)");
  expect(forms).not.toContain("declared-password");
});
