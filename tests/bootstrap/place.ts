import type { PolicyPlace } from "../../bootstrap/policies/place";
import { type PolicyDocument, policyDocument } from "../../components/policyDocument";
import { decide } from "../components/iam/simulate";

export const accountId = "123456789012";

/** The place of production in an account. */
export const place: PolicyPlace = {
  name: "prod",
  region: "us-east-1",
  prefix: "thorbis-prod",
  bucketName: "thorbis-backups",
  logBucketName: "thorbis-backups-logs",
  replica: { region: "us-west-2", bucketName: "thorbis-backups-us-west-2" },
  ownNetwork: true,
  accountId,
  stateBucketArn: "arn:aws:s3:::thorbis-pulumi-state",
  stateKeyArn: `arn:aws:kms:us-east-1:${accountId}:key/11111111-1111-1111-1111-111111111111`,
  secretsKeyArn: `arn:aws:kms:us-east-1:${accountId}:key/22222222-2222-2222-2222-222222222222`,
  boundaryArn: `arn:aws:iam::${accountId}:policy/thorbis-prod-boundary`,
};

/** Returns the ARN of a resource in the account and region. */
export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:${accountId}:${resource}`;

/** The policy of every key of the account: IAM decides. Without it, no identity may use a key. */
const keyPolicy = policyDocument({
  Sid: "AccountDecides",
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  Action: "kms:*",
  Resource: "*",
});

/** One call: the action, the resource, and the values of condition keys. */
export type Call = [action: string, resource: string, context?: Record<string, string>];

/** Returns IAM's decision for an identity with only this policy. */
export async function decideFor(identity: PolicyDocument, [action, resource, context = {}]: Call) {
  const isKey = action.startsWith("kms:") && resource !== "*";
  return await decide({ action, resource, context, identity, ...(isKey && { resourcePolicy: keyPolicy }) });
}
