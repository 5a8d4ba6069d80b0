import { useKey } from "../keyStatements";
import { type PolicyDocument, policyDocument } from "../policyDocument";

/** A bucket and the key that encrypts its objects, in their region. */
export interface ReplicationEnd {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
}

/**
 * Returns who may assume the role: S3. It names no bucket, because S3 documents no condition for replication. Others cannot use
 * the role anyway: a bucket's replication only accepts a role of its own account, and requires `iam:PassRole` on it.
 */
export function replicationTrust(): PolicyDocument {
  return policyDocument({
    Sid: "S3Copies",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sts:AssumeRole",
  });
}

/** Returns what copying needs: reading versions with their locks here, and writing copies there, but no deletion of a version. */
export function replicationPolicy({
  source,
  replica,
}: {
  readonly source: ReplicationEnd;
  readonly replica: ReplicationEnd;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "ReadConfiguration",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source.bucketArn,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectLegalHold",
        "s3:GetObjectRetention",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTagging",
      ],
      Resource: `${source.bucketArn}/*`,
    },
    {
      Sid: "WriteCopies",
      Effect: "Allow",
      // ReplicateDelete copies deletion markers. S3 never copies the deletion of a version.
      Action: ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: `${replica.bucketArn}/*`,
    },
    ...useKey("DecryptSource", {
      keyArn: source.keyArn,
      actions: ["kms:Decrypt"],
      viaService: `s3.${source.region}.amazonaws.com`,
    }),
    ...useKey("EncryptCopies", {
      keyArn: replica.keyArn,
      actions: ["kms:Encrypt", "kms:GenerateDataKey"],
      viaService: `s3.${replica.region}.amazonaws.com`,
    }),
  );
}
