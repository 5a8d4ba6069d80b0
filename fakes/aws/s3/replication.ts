import {
  DeleteBucketReplicationCommand,
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  type ReplicationRule,
} from "@aws-sdk/client-s3";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../foundation/json";
import { defined, requiredText, structure } from "../properties";
import { bucketPart } from "./bucketPart";

type Status = { status: string };
type Rule = {
  id?: string;
  status: string;
  priority?: number;
  filter?: { prefix?: string };
  deleteMarkerReplication?: Status;
  sourceSelectionCriteria?: { sseKmsEncryptedObjects?: Status };
  destination: {
    bucket: string;
    account?: string;
    storageClass?: string;
    encryptionConfiguration?: { replicaKmsKeyId: string };
    metrics?: Status;
  };
};
type State = { role: string; rules: Rule[] };

const ruleMembers: readonly string[] = [
  "id",
  "status",
  "priority",
  "filter",
  "deleteMarkerReplication",
  "sourceSelectionCriteria",
  "destination",
] satisfies (keyof Rule)[];
const destinationMembers: readonly string[] = [
  "bucket",
  "account",
  "storageClass",
  "encryptionConfiguration",
  "metrics",
] satisfies (keyof Rule["destination"])[];

/** Returns the first member that the stand-in would drop, or undefined. */
function unknownMembers(value: JsonValue): string | undefined {
  const rules = Array.isArray(value) ? value.filter(isJsonObject) : [];
  const unknown = rules
    .flatMap(({ destination, ...rule }) => [
      ...Object.keys(rule).filter((name) => !ruleMembers.includes(name)),
      ...Object.keys(isJsonObject(destination) ? destination : {}).filter(
        (name) => !destinationMembers.includes(name),
      ),
    ])
    .at(0);
  return unknown === undefined ? undefined : `has ${unknown}, which the local stand-in does not support`;
}

/** The rules by which S3 replicates new objects of a bucket to other buckets. */
export const bucketReplication = bucketPart<State>({
  inputs: { role: requiredText, rules: structure("list", { required: true, check: unknownMembers }) },
  missing: ["ReplicationConfigurationNotFoundError"],
  async put(s3, bucket, { role, rules }, options) {
    const ReplicationConfiguration = { Role: role, Rules: rules.map(toService) };
    await s3.send(new PutBucketReplicationCommand({ Bucket: bucket, ReplicationConfiguration }), options);
  },
  async get(s3, bucket, options, { known }) {
    const { ReplicationConfiguration: found } = await s3.send(
      new GetBucketReplicationCommand({ Bucket: bucket }),
      options,
    );
    if (found === undefined) return undefined;
    const rules = (found.Rules ?? []).map((rule) =>
      fromService(
        rule,
        known.rules?.find(({ id }) => id === rule.ID),
      ),
    );
    return { role: found.Role ?? "", rules: rules as unknown as Rule[] };
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeleteBucketReplicationCommand({ Bucket: bucket }), options);
  },
});

function toService(rule: Rule): ReplicationRule {
  const { destination } = rule;
  const kms = rule.sourceSelectionCriteria?.sseKmsEncryptedObjects;
  return {
    ID: rule.id,
    Status: rule.status as "Enabled",
    Priority: rule.priority,
    Filter: { Prefix: rule.filter?.prefix ?? "" },
    ...(rule.deleteMarkerReplication && {
      DeleteMarkerReplication: { Status: rule.deleteMarkerReplication.status as "Enabled" },
    }),
    ...(kms && { SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: kms.status as "Enabled" } } }),
    Destination: {
      Bucket: destination.bucket,
      Account: destination.account,
      StorageClass: destination.storageClass as "STANDARD_IA" | undefined,
      ...(destination.encryptionConfiguration && {
        EncryptionConfiguration: { ReplicaKmsKeyID: destination.encryptionConfiguration.replicaKmsKeyId },
      }),
      ...(destination.metrics && { Metrics: { Status: destination.metrics.status as "Enabled" } }),
    },
  };
}

/** Keeps the old values of these members, because moto returns fixed values for some of them and omits the others. */
function fromService({ ID, Status, Priority, Destination }: ReplicationRule, known?: Rule): JsonObject {
  return defined({
    id: ID,
    status: Status,
    priority: Priority,
    filter: known?.filter,
    deleteMarkerReplication: known?.deleteMarkerReplication,
    sourceSelectionCriteria: known?.sourceSelectionCriteria as JsonObject | undefined,
    destination: defined({
      bucket: Destination?.Bucket,
      account: Destination?.Account,
      storageClass: Destination?.StorageClass,
      encryptionConfiguration: Destination?.EncryptionConfiguration && {
        replicaKmsKeyId: Destination.EncryptionConfiguration.ReplicaKmsKeyID ?? "",
      },
      metrics: Destination?.Metrics && { status: Destination.Metrics.Status ?? "" },
    }),
  });
}
