import * as pulumi from "@pulumi/pulumi";

/** The stack's own resources to which others can add something. */
export interface DeclaredAwsParts {
  bucket: pulumi.Input<string>;
  /** ARN of the topic. Default: the topic is not the stack's own and not watched. */
  topic?: pulumi.Input<string> | undefined;
  /** Subscriptions of the topic as `<protocol> <endpoint>`. */
  subscriptions: readonly string[];
  /** Name of a rule → ids of its targets. */
  targets: Readonly<Record<string, readonly string[]>>;
  scheduleGroup: pulumi.Input<string>;
  /** ARN of the cluster. */
  cluster: pulumi.Input<string>;
  /** Names of the log groups. */
  logGroups: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Names of the stack's metric filters of these log groups. Default: metric filters are not watched. */
  metricFilters?: readonly string[];
  /** What the names of the stack's alarms start with. Default: rules that mute them are not watched. */
  alarmPrefixes?: readonly string[];
  /** Name of the bucket with the access logs. Default: none. */
  accessLogs?: pulumi.Input<string> | undefined;
  /** URL of the dead-letter queue. Default: it is not watched. */
  deadLetterQueue?: pulumi.Input<string>;
  /** Name of a function → hash of the program that the stack deploys. Default: the code of no function is watched. */
  functionPrograms?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** What the names of the stack's roles start with. Default: instance profiles are not watched. */
  rolePrefixes?: readonly string[];
  /** Image of the tasks. If it is in an ECR repository of the account and region, permissions on that are watched. */
  image?: pulumi.Input<string>;
  /** Names of the functions. Default: none. */
  functions?: readonly string[];
  /** Settings of the bucket that are resources of the stack. Default: none. */
  bucketSettings?: readonly string[];
  /** ARN of the role of the stack's replication rule. A rule with this role is never reported. */
  replicationRole: pulumi.Input<string>;
  /** The stack's own network: its id, and ids of its subnets and endpoints, and names of its security groups. Default: none. */
  network?: {
    vpcId: pulumi.Input<string>;
    subnets: readonly pulumi.Input<string>[];
    endpoints: readonly pulumi.Input<string>[];
    securityGroups: readonly string[];
  };
  /** The copies of the backups in a second region. Default: none. */
  replica?: {
    region: pulumi.Input<string>;
    bucket: pulumi.Input<string>;
    /** ARN of the key. */
    key: pulumi.Input<string>;
    /** ARN of the topic in that region, if it is the stack's own. */
    topic?: pulumi.Input<string> | undefined;
    /** Subscriptions of that topic as `<protocol> <endpoint>`. */
    subscriptions: readonly string[];
    /** Name of a rule in that region → ids of its targets. */
    targets: Readonly<Record<string, readonly string[]>>;
    /** Settings of the bucket that are resources of the stack. */
    bucketSettings: readonly string[];
    /** What the names of the stack's alarms in that region start with. */
    alarmPrefixes?: readonly string[];
    /** URL of the dead-letter queue in that region. Default: none. */
    deadLetterQueue?: pulumi.Input<string> | undefined;
  };
  /** Names of the schedules in the group. */
  schedules: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** ARN of the key. Default: the stack has none of its own. */
  key?: pulumi.Input<string> | undefined;
  /** ARN of the secret with the password of the database. */
  secret: pulumi.Input<string>;
}

export interface AwsWatchArgs {
  region: pulumi.Input<string>;
  /** Profile of the shared configuration. Default: the environment's credentials. */
  profile?: pulumi.Input<string | undefined>;
  /** Roles to assume, one after the other. Default none. */
  assumeRoles?: pulumi.Input<readonly Record<string, unknown>[] | undefined>;
  declared: DeclaredAwsParts;
  /** Accepted changes, as a deployment prints them. Default none. */
  accept?: pulumi.Input<readonly string[] | undefined>;
}

/**
 * Watches for additions to the stack's topic, rules, schedules and bucket in AWS, which no resource of the aws provider reports.
 * They are not repaired, and can be accepted by name. Make it depend on everything that the stack declares there.
 */
export class AwsWatch extends pulumi.CustomResource {
  /** The differences: identity → change, with its severity. */
  declare readonly live: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: AwsWatchArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "supabasex:index:AwsWatch",
      name,
      { ...args, baseline: undefined, live: undefined },
      pulumi.mergeOptions(opts, { version: "0.1.0" }),
    );
  }
}
