import { platform, type ScannerWaiver, wildcard } from "./scannerWaiver";

const inBootstrap = { ...platform, stacks: ["bootstrap"] } as const;

/** cdk-nag's id of an asterisk in the actions of a policy. */
const actions = (...names: readonly string[]) => names.map((name) => `AwsSolutions-IAM5[Action::${name}]`);

const ofEveryEnvironment = (["dev", "prod"] as const).flatMap((environment): ScannerWaiver[] => {
  const prefix = `thorbis-${environment}`;
  const bucket = environment === "prod" ? "thorbis-backups" : `thorbis-backups-${environment}`;
  const [deploy, network, preview, boundary] = [
    ...["deploy-policy", "deploy-network", "preview-policy", "boundary"].map(
      (name) => `access-${environment}-${name}`,
    ),
  ] as [string, string, string, string];
  const inAccount = (service: string, resource: string) =>
    wildcard(`arn:aws:${service}:${service === "iam" ? "" : "<region>"}:<account>:${resource}`);
  const role = (part: string) => inAccount("iam", `role/${prefix}-${part}-*`);
  return [
    {
      ...inBootstrap,
      rules: actions(
        ...["kms:List*", "lambda:Get*", "lambda:List*", "logs:Describe*Filters", "s3:GetBucket*"],
        "scheduler:GetSchedule*",
      ),
      resources: [deploy, preview],
      reason:
        "Reads of settings. Listed one by one, they would not fit into the 10,240 characters of a role.",
    },
    {
      ...inBootstrap,
      rules: actions("cloudwatch:*AlarmActions", "kms:*Alias", "kms:EnableKey*"),
      resources: [deploy],
      reason:
        "Both directions of a setting of the environment's own alarms and keys. Listed one by one, the actions would not fit.",
    },
    {
      ...inBootstrap,
      rules: [
        inAccount("cloudwatch", `alarm:${prefix}-backup-*`),
        inAccount("cloudwatch", `alarm:${prefix}-monitoring-*`),
        inAccount("ecs", `task-definition/${prefix}-backup*`),
        inAccount("events", `rule/${prefix}-backup-*`),
        inAccount("logs", `log-group:/${prefix}/*`),
        inAccount("scheduler", `schedule/${prefix}-backup/*`),
        inAccount("secretsmanager", `secret:${prefix}/*`),
        inAccount("sns", `${prefix}-backup-*`),
        inAccount("sqs", `${prefix}-backup-*`),
      ],
      resources: [deploy, preview],
      reason:
        "The environment's resources, whose names begin with its prefix. A simulator of IAM judges every call of a deployment (tests/bootstrap).",
    },
    {
      ...inBootstrap,
      rules: [role("backup"), role("monitoring")],
      resources: [network, preview],
      reason: "The roles of the environment's stack, which it creates with the boundary only.",
    },
    {
      ...inBootstrap,
      rules: [inAccount("kms", "key/*")],
      resources: [deploy, preview],
      reason: "Keys have no name of ours. A condition on the tag thorbis:stack binds what changes them.",
    },
    {
      ...inBootstrap,
      rules: [
        ...["backups", "history", "stacks"].flatMap((kind) =>
          [`${environment}.json*`, `${environment}/*`].map((file) => stateFile(kind, file)),
        ),
        stateFile("locks/organization", `${environment}/*`),
      ],
      resources: [deploy, preview],
      reason: "Pulumi names the files of a stack after its updates. Those of other stacks are out of reach.",
    },
    {
      ...inBootstrap,
      rules: [wildcard("*"), "CKV_AWS_355"],
      resources: [deploy, preview, network],
      reason:
        "Lookups, for which AWS knows no resource, and kms:CreateKey, which a condition binds to the tag thorbis:stack.",
    },
    {
      ...inBootstrap,
      rules: actions(
        ...["ec2:DescribeAddresses*", "ec2:DescribeNetwork*", "ec2:DescribeSecurityGroup*"],
        "ec2:DescribeVpc*",
      ),
      resources: [network, preview],
      reason: "Reads of networks, for which EC2 knows no resource.",
    },
    {
      ...inBootstrap,
      rules: [
        ...actions(
          ...["ec2:AuthorizeSecurityGroup*", "ec2:Delete*", "ec2:ReplaceRoute*", "ec2:RevokeSecurityGroup*"],
          "ec2:UpdateSecurityGroupRuleDescriptions*",
        ),
        ...[
          ...["elastic-ip", "internet-gateway", "natgateway", "route-table", "security-group", "subnet"],
          ...["vpc", "vpc-endpoint", "vpc-flow-log"],
        ].map((kind) => inAccount("ec2", `${kind}/*`)),
      ],
      resources: [network],
      reason:
        "Nothing in a network has a name of ours. Conditions on the tag thorbis:stack bind every change to the environment's own.",
    },
    {
      ...inBootstrap,
      rules: [
        ...actions("s3:*"),
        ...["CKV_AWS_111", "CKV_AWS_290", "CKV_AWS_355", wildcard("*")],
        wildcard(`arn:aws:s3:::${bucket}/*`),
        inAccount("ecs", `task-definition/${prefix}-backup*`),
        inAccount("ecs", `task/${prefix}-backup/*`),
        inAccount("kms", "key/*"),
        inAccount("logs", `log-group:/${prefix}/*`),
        inAccount("secretsmanager", "secret:*"),
        inAccount("sqs", `${prefix}-backup-*`),
        role("backup"),
      ],
      resources: [boundary],
      reason:
        "A permission boundary allows nothing by itself: it limits what the roles' own policies may allow, which the audit checks in dev and prod.",
    },
  ];
});

function stateFile(kind: string, file: string): string {
  return wildcard(`<StateBucket.Arn>/.pulumi/${kind}/thorbis-supabase/${file}`);
}

/** Waivers of what `bootstrap/` declares. */
export const accountWaivers: readonly ScannerWaiver[] = [
  {
    ...inBootstrap,
    rules: ["AwsSolutions-S1", "CKV_AWS_18"],
    resources: ["state-bucket"],
    reason:
      "Each state, and each update in its history, is an object version of its own, kept for a year. Secrets in it are encrypted with a key of the environment.",
  },
  {
    ...inBootstrap,
    rules: ["CKV2_AWS_62"],
    resources: ["state-bucket"],
    reason: "Nothing waits for a new state. Locks would be most of the events.",
  },
  {
    ...inBootstrap,
    rules: ["CKV_AWS_144"],
    resources: ["state-bucket"],
    reason:
      "Backups do not depend on a state: a deployment without one finds bucket, keys and secrets by their tags and imports them.",
  },
  ...ofEveryEnvironment,
];
