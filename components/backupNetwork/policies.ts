import { partitionOf } from "../../config/aws/partition";
import { type PolicyDocument, policyDocument } from "../policyDocument";

/** The network's account and region. */
export interface NetworkPlace {
  readonly accountId: string;
  readonly region: string;
}

/**
 * Returns the policy of the S3 endpoint: all access to the backup bucket, and reads from any other bucket, because
 * registries store image layers in their own buckets. Writes to other buckets of the region are denied.
 */
export function endpointPolicy({ region }: Pick<NetworkPlace, "region">, bucketName: string): PolicyDocument {
  const bucketArn = `arn:${partitionOf(region)}:s3:::${bucketName}`;
  return policyDocument(
    {
      Sid: "BackupBucket",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
    },
    { Sid: "LayersOfImages", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" },
  );
}

/** Returns who may assume the role that writes flow logs: the service, for flow logs of this account and region. */
export function flowLogTrust({ accountId, region }: NetworkPlace): PolicyDocument {
  return policyDocument({
    Sid: "FlowLogs",
    Effect: "Allow",
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": `arn:${partitionOf(region)}:ec2:${region}:${accountId}:vpc-flow-log/*`,
      },
    },
  });
}

/** Returns the permissions of the role that writes flow logs: find their group and write to it. */
export function flowLogPolicy(logGroupArn: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "WriteRecords",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      Resource: `${logGroupArn}:*`,
    },
    { Sid: "FindGroup", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
  );
}
