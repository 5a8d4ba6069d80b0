import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import type { Provider } from "@pulumi/aws/provider";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import { type AwsTags, purposeTag, replicaPurpose } from "../awsTags";
import { alarmTopic } from "../backupAlarms/alarmTopic";
import type { BackupBucket, BackupBucketArgs } from "../backupBucket/backupBucket";
import { protectBucket, settingOptions } from "../backupBucket/bucketProtection";
import { replicaKeyPolicyDocument } from "../backupBucket/keyPolicyDocument";
import { defaultTiers, lifecycleRules } from "../backupBucket/lifecycleRules";
import { Component, deletedBefore, importOptions } from "../component";
import { ExclusiveRole } from "../exclusiveRole";
import { deletionAlarm, deletionTargets } from "./deletionAlarm";
import { replicationPolicy, replicationTrust } from "./policies";
import { secondRegion } from "./secondRegion";

export interface BackupReplicaArgs
  extends Pick<BackupBucketArgs, "objectLock" | "noncurrentRetentionDays" | "storageTiers"> {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  readonly tags: AwsTags;
  /** The bucket whose objects are copied. It must have its own key. */
  readonly source: BackupBucket;
  /** Region of the copies, another one than the source's. */
  readonly region: string;
  /** Name of the bucket with the copies, globally unique in AWS. */
  readonly bucketName: string;
  /** Minutes that the copies may lag behind. */
  readonly lagMinutes: number;
  /** Existing topic in `region` for the alarms there. Default: a new one, which sends email to `emails`. */
  readonly topicArn?: string | undefined;
  readonly emails: readonly string[];
  /** Topic of the alarms in the region of the source. */
  readonly sourceTopicArn: pulumi.Input<string>;
  /** Whether permanently deleted copies are reported to the topic. Default false. */
  readonly deletionAlarm?: boolean;
  readonly permissionsBoundaryArn?: string | undefined;
  /** Refuses `pulumi destroy`, and keeps bucket and key if they leave the program. Default true. */
  readonly deletionProtection?: boolean;
  /** Resources of an earlier deployment of the stack that are imported with their settings. Default: none. */
  readonly existing?:
    | { readonly bucketName?: string | undefined; readonly keyId?: string | undefined }
    | undefined;
}

/** Id of the only rule, a dimension of its metrics. */
const ruleId = "second-region";

/**
 * Copies of all backups in a second region, which stay available in an outage of the first one. The bucket is protected like
 * its source and has its own key. Nothing in the stack reads it.
 */
export class BackupReplica extends Component {
  readonly bucket: Bucket;
  readonly key: Key;
  /** The topic of the alarms in the second region, unless it existed before. */
  readonly ownTopicArn: pulumi.Output<string> | undefined;
  /** Name of each rule in the second region → ids of its targets. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Settings of the bucket that are resources of the stack and that others could set, too. */
  readonly ownBucketSettings: readonly "notification"[];
  /** URL of the dead-letter queue in the second region; undefined if permanently deleted copies are not reported. */
  readonly deadLetterQueueUrl: pulumi.Output<string> | undefined;
  readonly region: string;
  readonly #provider: Provider;

  constructor(name: string, args: BackupReplicaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupReplica", name, opts);
    const { account, region, source, tags } = args;
    const protection = args.deletionProtection ?? true;
    this.region = region;
    this.#provider = secondRegion(this.childName("provider"), region, { parent: this });
    const keep = this.thereOptions({ protect: protection, retainOnDelete: protection });
    const names = awsNames(args.physicalName);

    this.key = new Key(
      this.childName("key"),
      {
        description: `Encrypts the backups in ${args.bucketName}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags,
        policy: pulumi
          .output(account.accountId)
          .apply((accountId) => JSON.stringify(replicaKeyPolicyDocument(accountId, region))),
      },
      { ...keep, ...importOptions(args.existing?.keyId, ["deletionWindowInDays"]) },
    );
    new Alias(
      this.childName("key-alias"),
      { name: names.keyAlias, targetKeyId: this.key.keyId },
      this.thereOptions(),
    );
    this.bucket = new Bucket(
      this.childName("bucket"),
      {
        bucket: args.bucketName,
        forceDestroy: false,
        tags: { ...tags, [purposeTag]: replicaPurpose },
      },
      { ...keep, ...deletedBefore(this.key), ...importOptions(args.existing?.bucketName, ["forceDestroy"]) },
    );
    const settings = this.thereOptions(settingOptions(this.bucket, protection));
    const { versions } = protectBucket(
      {
        bucket: this.bucket,
        keyArn: this.key.arn,
        lifecycleRules: lifecycleRules(args.noncurrentRetentionDays ?? 30, args.storageTiers ?? defaultTiers),
        objectLock: args.objectLock,
      },
      { name: (suffix) => this.childName(suffix), options: settings },
    );

    const role = this.createRole(args);
    new BucketReplicationConfig(
      this.childName("rule"),
      {
        bucket: source.bucket.bucket,
        role: role.arn,
        rules: [
          {
            id: ruleId,
            priority: 1,
            status: "Enabled",
            filter: { prefix: "" },
            // Prune hides backups behind delete markers. If the markers were not copied, the copies would be kept forever.
            deleteMarkerReplication: { status: "Enabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: this.bucket.arn,
              encryptionConfiguration: { replicaKmsKeyId: this.key.arn },
              metrics: { status: "Enabled" },
              storageClass: "STANDARD_IA",
            },
          },
        ],
      },
      this.childOptions({
        // Not deleted with the source, which may stay: the rule would keep copying with a role that is gone.
        replaceWith: [source.bucket],
        deleteBeforeReplace: true,
        // S3 refuses a rule unless both buckets keep versions, and copies nothing that the role may not read yet.
        dependsOn: [source, role.policy, ...versions],
      }),
    );
    this.ownTopicArn = args.topicArn === undefined ? this.createTopic(args) : undefined;
    const topicArn = this.ownTopicArn ?? pulumi.output(args.topicArn ?? "");
    this.createAlarms(args, topicArn);
    const reportsDeletions = args.deletionAlarm ?? false;
    this.deadLetterQueueUrl = reportsDeletions
      ? deletionAlarm(
          {
            ...{ ...args, account: { ...account, region } },
            ...{ bucket: this.bucket, settings, key: this.key, topicArn },
          },
          { name: (suffix) => this.childName(suffix), options: this.thereOptions() },
        ).url
      : undefined;
    this.targets = reportsDeletions ? deletionTargets(args.physicalName) : {};
    this.ownBucketSettings = reportsDeletions ? ["notification"] : [];
    this.registerOutputs({ bucketName: this.bucket.bucket, keyArn: this.key.arn });
  }

  private createRole(args: BackupReplicaArgs): ExclusiveRole {
    const { account, source } = args;
    return new ExclusiveRole(
      this.childName("role"),
      {
        // Not `…task`: the bucket refuses those roles from outside of the stack's network.
        name: awsNames(args.physicalName).replicationRole,
        policyName: "replication",
        tags: args.tags,
        permissionsBoundaryArn: args.permissionsBoundaryArn,
        trust: replicationTrust(),
        policy: pulumi
          .all([
            account.region,
            source.bucket.arn,
            pulumi.output(source.key?.arn),
            this.bucket.arn,
            this.key.arn,
          ])
          .apply(([region, bucketArn, keyArn, replicaArn, replicaKeyArn]) =>
            replicationPolicy({
              source: { region, bucketArn, keyArn },
              replica: { region: args.region, bucketArn: replicaArn, keyArn: replicaKeyArn },
            }),
          ),
      },
      { parent: this },
    );
  }

  private createTopic(args: BackupReplicaArgs): pulumi.Output<string> {
    return alarmTopic(
      {
        ...args,
        accountId: args.account.accountId,
        keyArn: this.key.arn,
        name: awsNames(args.physicalName).alarmTopic,
      },
      { name: (suffix) => this.childName(suffix), options: this.thereOptions() },
    );
  }

  /** Returns the options of a child in the second region. */
  private thereOptions(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return this.childOptions({ ...options, provider: this.#provider });
  }

  /**
   * Declares an alarm on the lag and one on copies that failed. S3 publishes the lag in the region of the copies, and failures in that
   * of the source. An alarm only uses topics of its own region.
   */
  private createAlarms(args: BackupReplicaArgs, topicArn: pulumi.Output<string>): void {
    const { physicalName } = args;
    const common = {
      tags: args.tags,
      namespace: "AWS/S3",
      dimensions: {
        SourceBucket: args.source.bucket.bucket,
        DestinationBucket: this.bucket.bucket,
        RuleId: ruleId,
      },
      comparisonOperator: "GreaterThanThreshold",
      period: 300,
      evaluationPeriods: 1,
    };
    new MetricAlarm(
      this.childName("replica-late"),
      {
        ...common,
        name: `${physicalName}-backup-replica-late`,
        alarmDescription: `The copies of the backups lag more than ${args.lagMinutes} minutes behind`,
        metricName: "ReplicationLatency",
        statistic: "Maximum",
        threshold: args.lagMinutes * 60,
        // A missing value does not change the alarm's state. S3 does not measure the lag of a deleted bucket, but then every
        // copy fails, and the other alarm fires in the region of the source.
        treatMissingData: "ignore",
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      this.thereOptions(),
    );
    new MetricAlarm(
      this.childName("replica-failed"),
      {
        ...common,
        name: `${physicalName}-backup-replica-failed`,
        alarmDescription: "S3 could not copy a part of a backup to the second region",
        metricName: "OperationsFailedReplication",
        statistic: "Sum",
        threshold: 0,
        treatMissingData: "notBreaching",
        alarmActions: [args.sourceTopicArn],
        okActions: [args.sourceTopicArn],
      },
      this.childOptions(),
    );
  }
}
