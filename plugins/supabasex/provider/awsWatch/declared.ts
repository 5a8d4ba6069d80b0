import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import type { DeclaredNetwork } from "./network";

/** Resources of the stack in AWS to which others can add something, and what the stack adds itself. */
export interface DeclaredInAws {
  /** Id of the account; undefined in tests of single sources, and if the ARN of the cluster does not contain it. */
  readonly account: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Kinds of settings of the bucket that are resources of the stack, and are reported by these. */
  readonly bucketSettings: readonly string[];
  /**
   * ARN of the role with which the stack's own rule copies backups, even if the stack has no rule: the deployment that stops
   * copying deletes the rule after this resource was updated. Undefined for the bucket of the copies, which has no rule.
   */
  readonly replicationRole?: string | undefined;
  /** ARN of the topic; undefined if it is not the stack's own. */
  readonly topic: string | undefined;
  /** Subscriptions as `<protocol> <endpoint>`. */
  readonly subscriptions: readonly string[];
  /** Rule → ids of its targets. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly scheduleGroup: string;
  readonly schedules: readonly string[];
  /** ARN of the cluster, which only runs scheduled tasks. */
  readonly cluster: string;
  readonly logGroups: readonly string[];
  /** Names of the metric filters of these log groups; undefined in the state of an older version. */
  readonly metricFilters: readonly string[] | undefined;
  /** What the names of the stack's alarms start with; none in the state of an older version. */
  readonly alarmPrefixes: readonly string[];
  /** Name of the bucket with the access logs; undefined if there is none. */
  readonly accessLogs: string | undefined;
  /**
   * URL of the queue of events that were not delivered; undefined if there is none, and in the state of an older version. The
   * region of the copies has one if their deletion is reported.
   */
  readonly deadLetterQueue: string | undefined;
  /** What the names of the stack's roles start with; none in the state of an older version. */
  readonly rolePrefixes: readonly string[];
  /** Name of the ECR repository of the backup image in this account and region; undefined if the image is elsewhere. */
  readonly imageRepository: string | undefined;
  /** Names of the functions. */
  readonly functions: readonly string[];
  /** What earlier deployments declared. AWS keeps the interfaces of a deleted function for a while. */
  readonly former: FormerOwners | undefined;
  /** Name of a function → hash of the program that the stack deploys. */
  readonly functionPrograms: Readonly<Record<string, string>>;
  /** ARN of the key; undefined if the stack has none of its own. */
  readonly key: string | undefined;
  /** ARN of the secret with the password. */
  readonly secret: string;
  /** The stack's own network; undefined if it has none. */
  readonly network: DeclaredNetwork | undefined;
  /** The copies of the backups in a second region; undefined if there are none. */
  readonly replica: DeclaredReplica | undefined;
}

/** Owners of interfaces that the stack no longer has. */
export interface FormerOwners {
  readonly functions: readonly string[];
  /** Names of security groups. */
  readonly securityGroups: readonly string[];
}

/** Resources in the region of the copies to which others can add something. */
export type DeclaredReplica = Pick<
  DeclaredInAws,
  | "account"
  | "region"
  | "bucket"
  | "key"
  | "topic"
  | "subscriptions"
  | "targets"
  | "bucketSettings"
  | "replicationRole"
  | "alarmPrefixes"
  | "deadLetterQueue"
>;

export interface Question {
  readonly aws: AwsClients;
  readonly declared: DeclaredInAws;
  /** Clients in the region of the copies; undefined if there are none. */
  readonly awsOfReplica?: AwsClients | undefined;
  readonly signal: AbortSignal;
  /** Receives what the read could not cover, in one sentence. */
  readonly notice?: ((sentence: string) => void) | undefined;
}

/** Input of the sources that also read the copies. */
export interface PlaceQuestion {
  readonly aws: AwsClients;
  readonly declared: DeclaredReplica;
  readonly signal: AbortSignal;
  readonly notice?: Question["notice"];
}

/** Input of the sources that read a bucket. */
export interface BucketQuestion {
  readonly aws: Pick<AwsClients, "s3" | "s3Control">;
  readonly declared: Pick<DeclaredInAws, "account" | "bucket" | "bucketSettings" | "replicationRole">;
  readonly signal: AbortSignal;
  readonly notice?: Question["notice"];
}

/** Reads what exists and is not declared. Returns undefined if there is nothing to read, so that nothing is recorded. */
export type Source<Asked = Question> = (question: Asked) => Promise<Entries | undefined>;
