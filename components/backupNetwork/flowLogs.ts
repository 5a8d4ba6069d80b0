import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import type { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component } from "../component";
import { ExclusiveRole } from "../exclusiveRole";
import { flowLogPolicy, flowLogTrust } from "./policies";

export interface FlowLogsArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  readonly tags: AwsTags;
  readonly vpcId: pulumi.Input<string>;
  /** Days to keep the records. */
  readonly retentionDays: pulumi.Input<number>;
  /** Encrypts the log. Default: a key that AWS manages. */
  readonly key?: Key | undefined;
  /** ARN of a managed policy that limits the role's permissions. Default: no limit in addition to its policy. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
  /** Refuses to delete or replace the log. Default true. */
  readonly deletionProtection?: boolean;
}

/** Records every connection in a network, accepted or rejected, in a log group. */
export class FlowLogs extends Component {
  readonly logGroup: LogGroup;

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("FlowLogs", name, opts);
    const { account, physicalName, tags } = args;
    this.logGroup = new LogGroup(
      this.childName("log"),
      {
        name: awsNames(physicalName).networkLogGroup,
        tags,
        retentionInDays: args.retentionDays,
        kmsKeyId: args.key?.arn,
      },
      this.childOptions({ protect: args.deletionProtection ?? true }),
    );
    const role = new ExclusiveRole(
      this.childName("role"),
      {
        name: `${physicalName}-backup-flow-logs`,
        policyName: "flow-logs",
        tags,
        permissionsBoundaryArn: args.permissionsBoundaryArn,
        trust: pulumi
          .all([account.accountId, account.region])
          .apply(([accountId, region]) => flowLogTrust({ accountId, region })),
        policy: this.logGroup.arn.apply(flowLogPolicy),
      },
      { parent: this },
    );
    new FlowLog(
      this.childName("record"),
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        iamRoleArn: role.arn,
        logDestination: this.logGroup.arn,
        tags: { ...tags, Name: `${physicalName}-backup` },
      },
      this.childOptions({ dependsOn: role.policy }),
    );
    this.registerOutputs({ logGroupName: this.logGroup.name });
  }
}
