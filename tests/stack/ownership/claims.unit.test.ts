import { describe, expect, test } from "vitest";
import {
  claimIssues,
  keyIssues,
  replicaClaimIssues,
  type TaggedResource,
} from "../../../stack/ownership/claims";

const claim = {
  stack: "thorbis-supabase/dev",
  stackName: "dev",
  prefix: "thorbis-dev",
  bucketName: "thorbis-backups-dev",
  retiredBucketNames: [] as string[],
};
const other = "thorbis-supabase/prod";
const in1 = "us-east-1:123456789012";
const own = (arn: string): TaggedResource => ({ arn, stack: claim.stack });
const foreign = (arn: string): TaggedResource => ({ arn, stack: other });

test("new names, and names of the stack's own resources, are claimed without an error", () => {
  expect(claimIssues(claim, [])).toEqual([]);
  expect(
    claimIssues(claim, [
      own("arn:aws:s3:::thorbis-backups-dev"),
      own(`arn:aws:logs:${in1}:log-group:/thorbis-dev/backup`),
      own(`arn:aws:sqs:${in1}:thorbis-dev-backup-dead-letters`),
      own(`arn:aws:kms:${in1}:key/11111111-2222-3333-4444-555555555555`),
      foreign("arn:aws:s3:::thorbis-backups"),
      foreign(`arn:aws:logs:${in1}:log-group:/thorbis-prod/backup`),
      foreign(`arn:aws:sns:${in1}:thorbis-dev-2-backup-alarms`),
    ]),
  ).toEqual([]);
});

describe("a name of another stack is refused:", () => {
  test.each([
    ["a topic", `arn:aws:sns:${in1}:thorbis-dev-backup-alarms`, "thorbis-dev-backup-alarms"],
    ["a queue", `arn:aws:sqs:${in1}:thorbis-dev-backup-dead-letters`, "thorbis-dev-backup-dead-letters"],
    ["a log group", `arn:aws-cn:logs:${in1}:log-group:/thorbis-dev/backup`, "/thorbis-dev/backup"],
    ["a cluster", `arn:aws:ecs:${in1}:cluster/thorbis-dev-backup`, "thorbis-dev-backup"],
    ["a schedule group", `arn:aws:scheduler:${in1}:schedule-group/thorbis-dev-backup`, "thorbis-dev-backup"],
    ["a role", "arn:aws:iam::123456789012:role/thorbis-dev-backup-scheduler", "thorbis-dev-backup-scheduler"],
    ["a rule", `arn:aws:events:${in1}:rule/thorbis-dev-backup-failed`, "thorbis-dev-backup-failed"],
    ["a function", `arn:aws:lambda:${in1}:function:thorbis-dev-monitoring`, "thorbis-dev-monitoring"],
    [
      "a secret",
      `arn:aws:secretsmanager:${in1}:secret:thorbis-dev/backup/database-password-AbCdEf`,
      "thorbis-dev/backup/database-password",
    ],
  ])("%s", (_kind, arn, name) => {
    expect(claimIssues(claim, [foreign(arn)])).toEqual([
      `${name} belongs to stack ${other}, which has the resource prefix thorbis-dev too: give this stack another with \`pulumi config set --stack dev --path 'thorbis-supabase:project.resourcePrefix' <prefix>\`.`,
    ]);
  });

  test("a bucket", () => {
    expect(claimIssues(claim, [foreign("arn:aws:s3:::thorbis-backups-dev")])).toEqual([
      `The bucket thorbis-backups-dev belongs to stack ${other}: give this stack another with \`pulumi config set --stack dev --path 'thorbis-supabase:backup.bucketName' <name>\`.`,
    ]);
  });
});

describe("a change that would orphan resources is refused:", () => {
  test("of the bucket name", () => {
    expect(claimIssues(claim, [own("arn:aws:s3:::thorbis-old")])).toEqual([
      "backup.bucketName is thorbis-backups-dev, but the stack's backups are in thorbis-old: set it back with `pulumi config set --stack dev --path 'thorbis-supabase:backup.bucketName' thorbis-old`, or move on purpose (docs/operations.md, \"Move to another bucket\").",
    ]);
    const records = { ...own("arn:aws:s3:::thorbis-backups-dev-logs"), purpose: "access-logs" };
    expect(claimIssues(claim, [records])).toEqual([]);
    const retired = { ...claim, retiredBucketNames: ["thorbis-old"] };
    expect(claimIssues(retired, [own("arn:aws:s3:::thorbis-old")])).toEqual([]);
  });

  test("of the resource prefix", () => {
    expect(claimIssues(claim, [own(`arn:aws:logs:${in1}:log-group:/thorbis-first/backup`)])).toEqual([
      "The stack's resources in AWS are named thorbis-first-…, and would all be replaced by thorbis-dev-…: set `pulumi config set --stack dev --path 'thorbis-supabase:project.resourcePrefix' thorbis-first`.",
    ]);
  });
});

describe("the prefix of deployed resources is read", () => {
  const refused = [expect.stringMatching(/^The stack's resources in AWS are named thorbis-first-…/)];

  test.each([
    ["from the queue", `arn:aws:sqs:${in1}:thorbis-first-backup-dead-letters`],
    ["from the topic", `arn:aws:sns:${in1}:thorbis-first-backup-alarms`],
    ["from the log of the probe", `arn:aws:logs:${in1}:log-group:/thorbis-first/monitoring`],
  ])("%s, if the log of the backups was deleted", (_, arn) => {
    expect(claimIssues(claim, [own(arn)])).toEqual(refused);
  });

  test.each([
    ["a bucket of that form", "arn:aws:s3:::thorbis-backups-dev"],
    ["a retired task definition", `arn:aws:ecs:${in1}:task-definition/thorbis-first-backup:1`],
    [
      "a secret that waits for its deletion",
      `arn:aws:secretsmanager:${in1}:secret:thorbis-first/backup/database-password-AbCdEf`,
    ],
    ["a deleted cluster", `arn:aws:ecs:${in1}:cluster/thorbis-first-backup`],
  ])("not from %s", (_, arn) => {
    expect(claimIssues(claim, [own(arn)])).toEqual([]);
  });
});

describe("the key of the backups", () => {
  const leaving = {
    ...{ stackName: "dev", keyIds: ["11111111-2222"], hasBucket: true },
    ...{ ownKey: false, deletionProtection: false },
  };

  test("is not deleted while the bucket exists", () => {
    expect(keyIssues(leaving)).toEqual([
      "backup.ownKey is off, but the key 11111111-2222 encrypts the stack's backups, and the deployment would schedule its deletion, which makes the backups unreadable: set it back with `pulumi config set --stack dev --path 'thorbis-supabase:backup.ownKey' true`, or keep the key (docs/operations.md, \"Stop using a key of your own\").",
    ]);
  });

  test.each([
    ["a stack that still uses it", { ownKey: true }],
    ["a protected stack, which keeps it", { deletionProtection: true }],
    ["a stack without a bucket", { hasBucket: false }],
    ["a stack that has none", { keyIds: [] }],
  ])("has no error for %s", (_, other) => {
    expect(keyIssues({ ...leaving, ...other })).toEqual([]);
  });
});

describe("the region of the copies", () => {
  const copying = { ...claim, replicaBucketName: "thorbis-backups-dev-us-west-2" };
  const copies = (name: string): TaggedResource => ({ ...own(`arn:aws:s3:::${name}`), purpose: "replica" });
  const there = "us-west-2:123456789012";

  test("is claimed without an error if the stack's own copies and a backup bucket are there", () => {
    expect(replicaClaimIssues(copying, [])).toEqual([]);
    expect(
      replicaClaimIssues(copying, [
        copies("thorbis-backups-dev-us-west-2"),
        own(`arn:aws:sns:${there}:thorbis-dev-backup-alarms`),
        own("arn:aws:s3:::thorbis-backups-dev"),
      ]),
    ).toEqual([]);
    expect(replicaClaimIssues(claim, [foreign("arn:aws:s3:::anything")])).toEqual([]);
  });

  test("keeps the copies where they are", () => {
    expect(replicaClaimIssues(copying, [copies("thorbis-copies")])).toEqual([
      "backup.replica.bucketName is thorbis-backups-dev-us-west-2, but the copies of the stack's backups are in thorbis-copies: set it back with `pulumi config set --stack dev --path 'thorbis-supabase:backup.replica.bucketName' thorbis-copies`, or move on purpose (docs/operations.md, \"Copies in a second region\").",
    ]);
    expect(
      replicaClaimIssues({ ...copying, retiredBucketNames: ["thorbis-copies"] }, [copies("thorbis-copies")]),
    ).toEqual([]);
  });

  test("is refused if another stack has the names there", () => {
    expect(
      replicaClaimIssues(copying, [
        foreign(`arn:aws:sns:${there}:thorbis-dev-backup-alarms`),
        foreign("arn:aws:s3:::thorbis-backups-dev-us-west-2"),
      ]),
    ).toEqual([
      expect.stringMatching(/^thorbis-dev-backup-alarms belongs to stack/),
      `The bucket thorbis-backups-dev-us-west-2 belongs to stack ${other}: give this stack another with \`pulumi config set --stack dev --path 'thorbis-supabase:backup.replica.bucketName' <name>\`.`,
    ]);
  });
});
