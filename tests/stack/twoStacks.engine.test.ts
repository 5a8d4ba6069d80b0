import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../support/awsStack";

// Two environments in one account and region: neither takes over, changes or removes resources of the other.
let account: AwsAccountUnderTest;
let first: AwsStack;
let second: AwsStack;

const digestOf = (letter: string) => `registry.example.com/backup@sha256:${letter.repeat(64)}`;

const areas = (name: string, bucketName: string, more: { image?: string } = {}): AwsAreas => ({
  project: {
    name,
    environment: "development",
    organizationId: "thorbis",
    region: "us-east-1",
    deletionProtection: false,
  },
  backup: { bucketName, image: digestOf("a"), assignPublicIp: true, ...more },
  alerts: { emails: ["operations@example.com"] },
});

beforeAll(async () => {
  account = await createAwsAccount();
  first = await account.stack("first", areas("shop", "shop-backups-first"));
  second = await account.stack("second", areas("shop", "shop-backups-second"));
});

afterAll(async () => {
  await account?.remove();
});

test("a second stack with the names of the first is refused with the first one's name, and changes nothing", async () => {
  await first.succeeds("up", "--yes", "--skip-preview");

  const refused = await second.pulumi("up", "--yes", "--skip-preview");

  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(
    /shop\S* belongs to stack thorbis-supabase\/first, which has the resource prefix shop too: give this stack another with `pulumi config set --stack second /,
  );
  expect(refused.output).not.toMatch(/aws:\S+ \S+ creat/);
});

test("a stack in another region with the names of the first is refused, too: roles and dashboards have no region", async () => {
  const elsewhere = await account.stack("elsewhere", areas("shop", "shop-backups-elsewhere"));
  await elsewhere.succeeds("config", "set", "aws:region", "eu-west-1");

  const { exitCode, output } = await elsewhere.pulumi("up", "--yes", "--skip-preview");

  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    "shop-backup-scheduler belongs to stack thorbis-supabase/first, which has the resource prefix shop too: give this stack another with",
  );
  await first.succeeds("preview", "--refresh", "--expect-no-changes");
});

test("creating and destroying a second stack does not change the first", async () => {
  // The same letters except for their case, which names in AWS do not preserve.
  second.configure(areas("Shop", "shop-backups-second"));

  await second.succeeds("up", "--yes", "--skip-preview");
  await second.succeeds("destroy", "--yes", "--skip-preview");

  await first.succeeds("preview", "--refresh", "--expect-no-changes");
});

test("the preview of a new image shows both digests, and only the necessary changes", async () => {
  first.configure(areas("shop", "shop-backups-first", { image: digestOf("b") }));

  const preview = await first.succeeds("preview", "--diff");

  expect(preview).toContain(digestOf("a"));
  expect(preview).toContain(digestOf("b"));
  expect(preview).not.toMatch(/\[0\]: \{\s*\}|enableEcsManagedTags|<null>/);
  const changed = [...preview.matchAll(/^ *(?:\+\+|\+-|--|[~+-]) ?(aws:\S+): /gm)].map(([, type]) => type);
  expect([...new Set(changed)].sort()).toEqual([
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:scheduler/schedule:Schedule",
  ]);
});

test("another name for the project is refused if it would rename everything in AWS", async () => {
  first.configure(areas("boutique", "shop-backups-first"));

  const refused = await first.pulumi("up", "--yes", "--skip-preview");

  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toContain(
    "The stack's resources in AWS are named shop-…, and would all be replaced by boutique-…: set `pulumi config set --stack first --path 'thorbis-supabase:project.resourcePrefix' shop`.",
  );
});
