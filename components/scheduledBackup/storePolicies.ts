import { drillsPrefix, manifestName, runsPrefix, watchPrefix } from "../../foundation/backupContract";
import { useKey } from "../keyStatement";
import { type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/** What the tasks may do in the bucket: one writes, one deletes, two read, and none can do what another does. */
export interface StorePlace {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
}

/** Where the backup program keeps its backups, and the receipts of its drills; see `backup/README.md`. */
const runs = (bucketArn: string): string => `${bucketArn}/${runsPrefix}*`;
const drills = (bucketArn: string): string => `${bucketArn}/${drillsPrefix}*`;
const watch = (bucketArn: string): string => `${bucketArn}/${watchPrefix}*`;

/** `backup run`: puts, reads back and lists, and can neither delete nor overwrite, not even by way of a version. */
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

/** `backup prune`: reads what it verifies, and hides what goes behind a delete marker; a version it cannot delete. */
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
    ...useKey("ReadBackups", keyArn, ["kms:Decrypt"], `s3.${region}.amazonaws.com`),
  );
}

/** `backup drill`: reads backups, and writes nothing but receipts. */
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

/** `backup age`: reads manifests and receipts, and notes once when it began to watch. */
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

/** What takes a backup away for good, or makes that possible. */
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

/** Denied, not only not allowed: no other policy of the role may ever give it. */
function never(bucketArn: string, actions: readonly string[]): PolicyStatement {
  return {
    Sid: "Never",
    Effect: "Deny",
    Action: actions,
    Resource: [bucketArn, `${bucketArn}/*`],
  };
}

/**
 * Whatever makes an object has to ask that there be none of its name; the parts of a multipart upload make none. So a stolen
 * role can add to the bucket, and can replace nothing in it.
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

/** What a task that adds objects may and may not do to others: it encrypts its own, and takes none away. */
function addsOnly({ region, bucketArn, keyArn }: StorePlace): PolicyStatement[] {
  return [
    neverOverwrite(bucketArn),
    never(bucketArn, ["s3:DeleteObject", ...destructive]),
    ...encrypt(region, keyArn),
  ];
}

/** Completing a multipart upload and reading back need Decrypt too. */
function encrypt(region: string, keyArn: string | undefined): PolicyStatement[] {
  return useKey(
    "EncryptBackups",
    keyArn,
    ["kms:Decrypt", "kms:GenerateDataKey"],
    `s3.${region}.amazonaws.com`,
  );
}
