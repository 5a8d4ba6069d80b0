import { denyPlainHttp, type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/** Roles as a pattern of ARNs, and the only endpoint through which they may reach the bucket. */
export interface BucketEntrance {
  readonly endpointId: string;
  readonly roleArnPattern: string;
}

/**
 * Returns a policy that denies plain HTTP, TLS below 1.2, objects with another encryption than the bucket's, and the task roles
 * outside of their network. It denies no access to the bucket itself, so administrators are not locked out.
 */
export function bucketPolicyDocument({
  bucketArn,
  keyArn,
  entrance,
}: {
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
  /** Default: tasks may reach the bucket from anywhere. */
  readonly entrance?: BucketEntrance | undefined;
}): PolicyDocument {
  const everything = [bucketArn, `${bucketArn}/*`];
  const objects = `${bucketArn}/*`;
  return policyDocument(
    denyPlainHttp("s3:*", everything),
    {
      Sid: "DenyOldTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: everything,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
    {
      // If only the writer had the key, a backup would be lost with the writer.
      Sid: "DenyKeysOfTheClient",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: objects,
      Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
    },
    ...(keyArn === undefined ? [] : encryptedWith(keyArn, objects)),
    ...(entrance === undefined ? [] : [onlyBy(entrance, everything)]),
  );
}

/**
 * Denies the roles access from anywhere else, so leaked credentials of a task are useless. Other principals, such as
 * operators who restore, are not affected.
 */
function onlyBy({ endpointId, roleArnPattern }: BucketEntrance, resource: string[]): PolicyStatement {
  return {
    Sid: "DenyTasksOutsideNetwork",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: resource,
    Condition: {
      StringNotEquals: { "aws:SourceVpce": endpointId },
      ArnLike: { "aws:PrincipalArn": roleArnPattern },
    },
  };
}

/** Denies uploads with an encryption other than the bucket's. An upload that names no encryption gets the bucket's. */
function encryptedWith(keyArn: string, objects: string): PolicyStatement[] {
  const denyOther = (Sid: string, header: string, value: string): PolicyStatement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: objects,
    // In IAM, a missing header also counts as different, even with IfExists, so its presence must be tested.
    Condition: { StringNotEquals: { [header]: value }, Null: { [header]: "false" } },
  });
  return [
    denyOther("DenyOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
    denyOther("DenyOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id", keyArn),
  ];
}
