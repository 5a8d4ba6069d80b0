import { partitionOf } from "../../config/aws/partition";
import { type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

/**
 * Returns the policy of the backup key. The account's IAM policies decide about its people and roles (CKV2_AWS_64,
 * KMS.5). Services that encrypt in their own name must be listed here, or their deliveries fail silently.
 */
export function keyPolicyDocument(accountId: string, region: string): PolicyDocument {
  const partition = partitionOf(region);
  return policyDocument(
    accountDecides(accountId, region),
    {
      Sid: "LogsEncrypt",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
      Resource: "*",
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${accountId}:log-group:*`,
        },
      },
    },
    alarmsReachTopic(accountId),
    eventsReachTopic,
  );
}

/** Returns the policy of the key in the region of the copies, where only alarms and events are delivered. */
export function replicaKeyPolicyDocument(accountId: string, region: string): PolicyDocument {
  return policyDocument(accountDecides(accountId, region), alarmsReachTopic(accountId), eventsReachTopic);
}

const accountDecides = (accountId: string, region: string): PolicyStatement => ({
  Sid: "AccountDecides",
  Effect: "Allow",
  Principal: { AWS: `arn:${partitionOf(region)}:iam::${accountId}:root` },
  Action: "kms:*",
  Resource: "*",
});

const alarmsReachTopic = (accountId: string): PolicyStatement => ({
  ...deliver("cloudwatch.amazonaws.com", "AlarmsReachTopic"),
  Condition: { StringEquals: { "aws:SourceAccount": accountId } },
});

const deliver = (service: string, Sid: string): PolicyStatement => ({
  Sid,
  Effect: "Allow",
  Principal: { Service: service },
  Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
  Resource: "*",
});

/**
 * For the topic and the dead-letter queue. SNS: the source account in a key policy "is not supported for EventBridge-to-encrypted
 * topics"; with it, no event arrives.
 */
const eventsReachTopic = deliver("events.amazonaws.com", "EventsReachTopic");
