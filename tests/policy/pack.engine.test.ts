import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../support/awsStack";

// The pack on the real engine: our stack passes a preview with many unknown values; a bad stack gets every violation.
let account: AwsAccountUnderTest;
let stack: AwsStack;

const areas: AwsAreas = {
  project: {
    name: "judged",
    environment: "development",
    organizationId: "thorbis",
    region: "us-east-1",
    deletionProtection: false,
  },
  backup: { bucketName: "judged", image: "registry.example.com/backup:main", assignPublicIp: true },
  alerts: {},
};

beforeAll(async () => {
  account = await createAwsAccount("bucket");
  stack = await account.stack("judged", areas);
});

afterAll(async () => {
  await account?.remove();
});

const preview = async () =>
  await stack.pulumi("preview", "--policy-pack", path.join(checkoutRoot(), "policy"));

test("the stack's bucket passes in the first preview", async () => {
  const { exitCode, output } = await preview();

  expect(exitCode, output).toBe(0);
  expect(output).toContain("thorbis");
  expect(output).not.toContain("[mandatory]");
});

test("a bucket without settings is refused with every rule that it violates", async () => {
  stack.configure(areas, "bare");

  const { exitCode, output } = await preview();

  expect(exitCode).not.toBe(0);
  for (const rule of [
    "bucket-is-never-emptied",
    "resource-is-tagged",
    "bucket-has-public-access-block",
    "bucket-has-versioning",
    "bucket-has-encryption",
    "bucket-has-ownership-controls",
    "bucket-has-policy",
    "bucket-has-lifecycle",
  ]) {
    expect(output).toContain(rule);
  }
});
