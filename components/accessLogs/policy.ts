import { denyPlainHttp, type PolicyDocument, policyDocument } from "../policyDocument";

/** The prefix of the keys of all records. */
export const recordsPrefix = "s3/";

/** Returns the policy of the log bucket: only S3 may write to it, for one bucket of the account. */
export function accessLogsPolicy(args: {
  readonly bucketArn: string;
  /** ARN of the bucket whose requests are recorded. */
  readonly sourceArn: string;
  readonly accountId: string;
}): PolicyDocument {
  const { bucketArn, sourceArn, accountId } = args;
  return policyDocument(
    {
      Sid: "S3WritesRecords",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${bucketArn}/${recordsPrefix}*`,
      Condition: {
        ArnLike: { "aws:SourceArn": sourceArn },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    },
    denyPlainHttp("s3:*", [bucketArn, `${bucketArn}/*`]),
  );
}
