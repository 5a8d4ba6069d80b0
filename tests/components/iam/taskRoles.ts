import {
  agePolicy,
  drillPolicy,
  prunerPolicy,
  writerPolicy,
} from "../../../components/scheduledBackup/storePolicies";
import { bucketArn } from "./simulate";

/** An object of a backup. */
export const object = `${bucketArn}/runs/2026/manifest.json`;
/** What a drill writes. */
export const receipt = `${bucketArn}/drills/20260101T000000000Z-of-x.json`;
const note = `${bucketArn}/watch/began.json`;
/** The program's writes: an object that must not exist yet, and a part of an upload. */
const newObject = { "s3:if-none-match": "*", "s3:ObjectCreationOperation": "true" };
const part = { "s3:ObjectCreationOperation": "false" };

type Case = [action: string, resource: string, context: Record<string, string>];

/** The roles of the tasks, and the allowed and denied actions of each on the bucket. */
export const taskRoles: {
  who: string;
  policyOf: typeof writerPolicy;
  may: Case[];
  mayNot: Case[];
  neverToo: string;
}[] = [
  {
    who: "the writer of backups",
    policyOf: writerPolicy,
    may: [
      ["s3:PutObject", object, newObject],
      ["s3:PutObject", object, part],
      ["s3:GetObject", object, {}],
      ["s3:AbortMultipartUpload", object, {}],
      ["s3:ListBucket", bucketArn, {}],
      ["s3:ListBucketMultipartUploads", bucketArn, {}],
    ],
    mayNot: [
      ["s3:PutObject", receipt, newObject],
      ["s3:GetObject", receipt, {}],
      ["s3:ListBucketVersions", bucketArn, {}],
    ],
    neverToo: "s3:DeleteObject",
  },
  {
    who: "the task that prunes",
    policyOf: prunerPolicy,
    may: [
      ["s3:GetObject", object, {}],
      ["s3:DeleteObject", object, {}],
      ["s3:AbortMultipartUpload", object, {}],
      ["s3:ListBucket", bucketArn, {}],
      ["s3:ListBucketVersions", bucketArn, {}],
      ["s3:ListBucketMultipartUploads", bucketArn, {}],
    ],
    mayNot: [
      ["s3:DeleteObject", receipt, {}],
      ["s3:GetObject", receipt, {}],
    ],
    neverToo: "s3:PutObject",
  },
  {
    who: "the task that drills",
    policyOf: drillPolicy,
    may: [
      ["s3:GetObject", object, {}],
      ["s3:PutObject", receipt, newObject],
      ["s3:GetObject", receipt, {}],
      ["s3:ListBucket", bucketArn, {}],
      ["s3:ListBucketVersions", bucketArn, {}],
    ],
    mayNot: [
      ["s3:PutObject", object, newObject],
      ["s3:AbortMultipartUpload", object, {}],
    ],
    neverToo: "s3:DeleteObject",
  },
  {
    who: "the task that measures ages",
    policyOf: agePolicy,
    may: [
      ["s3:GetObject", object, {}],
      ["s3:GetObject", receipt, {}],
      ["s3:PutObject", note, newObject],
      ["s3:GetObject", note, {}],
      ["s3:ListBucket", bucketArn, {}],
      ["s3:ListBucketVersions", bucketArn, {}],
    ],
    mayNot: [
      ["s3:GetObject", `${bucketArn}/runs/2026/rows/customers.zst`, {}],
      ["s3:PutObject", object, newObject],
      ["s3:PutObject", receipt, newObject],
    ],
    neverToo: "s3:DeleteObject",
  },
];
