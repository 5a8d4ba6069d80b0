import { denyPlainHttp, type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/** Roles, as a pattern of ARNs, and the one endpoint by which they may reach the bucket. */
export interface BucketEntrance {
  readonly endpointId: string;
  readonly roleArnPattern: string;
}

/**
 * Refuses plain HTTP, TLS below 1.2, objects that are encrypted in another way than the bucket's, and the roles of tasks from outside of
 * their network. It denies nothing about the bucket itself to everybody, so that no administrator is locked out.
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
      // With a key that only the writer has, a backup would be lost with it.
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
 * Refuses the roles from everywhere else: credentials that somebody takes out of a task are of no use elsewhere. Other principals, such as
 * those who restore, come from where they are.
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

/** An upload that names no encryption gets the bucket's; one that names another is refused. */
function encryptedWith(keyArn: string, objects: string): PolicyStatement[] {
  const denyOther = (Sid: string, header: string, value: string): PolicyStatement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: objects,
    // To IAM a header that is not there differs too, with IfExists as well, so it must be asked for.
    Condition: { StringNotEquals: { [header]: value }, Null: { [header]: "false" } },
  });
  return [
    denyOther("DenyOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
    denyOther("DenyOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id", keyArn),
  ];
}
