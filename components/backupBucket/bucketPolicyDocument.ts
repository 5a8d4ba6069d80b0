import { denyPlainHttp, type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/**
 * Refuses plain HTTP, TLS below 1.2, and objects that are encrypted in another way than the bucket's. It denies nothing
 * about the bucket itself to everybody, so that no administrator is locked out.
 */
export function bucketPolicyDocument(bucketArn: string, keyArn: string | undefined): PolicyDocument {
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
  );
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
