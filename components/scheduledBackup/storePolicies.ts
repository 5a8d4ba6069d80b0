import { drillsPrefix, manifestName, runsPrefix, watchPrefix } from "../../foundation/backupContract";
import { useKey } from "../keyStatements";
import { type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/** The tasks' permissions on the bucket: one writes, one deletes, two read, and none can do what another does. */
export interface StorePlace {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
}

/** Returns the location of backups and of drill receipts; see `backup/README.md`. */
const runs = (bucketArn: string): string => `${bucketArn}/${runsPrefix}*`;
const drills = (bucketArn: string): string => `${bucketArn}/${drillsPrefix}*`;
const watch = (bucketArn: string): string => `${bucketArn}/${watchPrefix}*`;

/**
 * Returns the permissions of `backup run`: it puts, reads back and lists, and can neither delete nor overwrite,
 * including versions.
 */
export function writerPolicy(place: StorePlace): PolicyDocument {
  return policyDocument(
    {
      Sid: "WriteAndReadBack",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      Resource: runs(place.bucketArn),
    },
    list(place.bucketArn, ["s3:ListBucket", "s3:ListBucketMultipartUploads"]),
    ...addsOnly(place),
  );
}

/**
 * Returns the permissions of `backup prune`: it reads what it verifies, and hides expired backups behind a delete
 * marker. It cannot delete a version.
 */
export function prunerPolicy({ region, bucketArn, keyArn }: StorePlace): PolicyDocument {
  return policyDocument(
    {
      Sid: "VerifyAndHide",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: runs(bucketArn),
    },
    list(bucketArn, ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]),
    never(bucketArn, ["s3:PutObject", ...destructive]),
    ...useKey("ReadBackups", { keyArn, actions: ["kms:Decrypt"], viaService: `s3.${region}.amazonaws.com` }),
  );
}

/** Returns the permissions of `backup drill`: it reads backups, and only writes receipts. */
export function drillPolicy(place: StorePlace): PolicyDocument {
  return policyDocument(
    { Sid: "ReadBackups", Effect: "Allow", Action: "s3:GetObject", Resource: runs(place.bucketArn) },
    {
      // Read back, like everything that the program writes.
      Sid: "LeaveReceipt",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject"],
      Resource: drills(place.bucketArn),
    },
    list(place.bucketArn, ["s3:ListBucket", "s3:ListBucketVersions"]),
    ...addsOnly(place),
  );
}

/** Returns the permissions of `backup age`: it reads manifests and receipts, and records its first run. */
export function agePolicy(place: StorePlace): PolicyDocument {
  return policyDocument(
    {
      Sid: "ReadManifestsAndReceipts",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [`${place.bucketArn}/${runsPrefix}*/${manifestName}`, drills(place.bucketArn)],
    },
    {
      Sid: "NoteBeginning",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject"],
      Resource: watch(place.bucketArn),
    },
    list(place.bucketArn, ["s3:ListBucket", "s3:ListBucketVersions"]),
    ...addsOnly(place),
  );
}

function list(bucketArn: string, actions: readonly string[]): PolicyStatement {
  return { Sid: "List", Effect: "Allow", Action: actions, Resource: bucketArn };
}

/** Actions that permanently remove a backup, or make that possible. */
const destructive = [
  "s3:BypassGovernanceRetention",
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:DeleteObjectVersion",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketPolicy",
  "s3:PutBucketVersioning",
  "s3:PutLifecycleConfiguration",
  "s3:PutObjectLegalHold",
  "s3:PutObjectRetention",
];

/** Denies these actions explicitly, so that no other policy of the role can allow them. */
function never(bucketArn: string, actions: readonly string[]): PolicyStatement {
  return {
    Sid: "Never",
    Effect: "Deny",
    Action: actions,
    Resource: [bucketArn, `${bucketArn}/*`],
  };
}

/**
 * Requires every upload to fail if the name exists; the parts of a multipart upload create no object. So a stolen role
 * can add to the bucket, but not replace anything in it.
 */
function neverOverwrite(bucketArn: string): PolicyStatement {
  return {
    Sid: "NeverOverwrite",
    Effect: "Deny",
    Action: "s3:PutObject",
    Resource: `${bucketArn}/*`,
    Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
  };
}

/** Returns the permissions of a task that adds objects: it encrypts its own, and removes none. */
function addsOnly({ region, bucketArn, keyArn }: StorePlace): PolicyStatement[] {
  return [
    neverOverwrite(bucketArn),
    never(bucketArn, ["s3:DeleteObject", ...destructive]),
    ...encrypt(region, keyArn),
  ];
}

/** Returns the permissions on the key. Completing a multipart upload and reading back need Decrypt too. */
function encrypt(region: string, keyArn: string | undefined): PolicyStatement[] {
  return useKey("EncryptBackups", {
    keyArn,
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    viaService: `s3.${region}.amazonaws.com`,
  });
}
