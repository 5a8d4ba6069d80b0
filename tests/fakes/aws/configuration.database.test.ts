import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type AwsService, startAws } from "../../../emulators/aws";
import { aws } from "../../../fakes/aws/table";
import { standIn } from "../../../fakes/engine/standIn";
import { type PropertyMap, Secret } from "../../../plugins/provider-host/values";
import { context } from "./subject";

// The configuration of the provider in stack files: `aws:defaultTags`, `aws:allowedAccountIds`.
const directory = mkdtempSync(path.join(tmpdir(), "thorbis aws "));
let service: AwsService;

beforeAll(async () => {
  service = await startAws({ directory });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

async function configured(more: PropertyMap, { hasKeys = true } = {}) {
  const { region, accessKey, secretKey, endpoint } = service;
  const endpoints = [{ sqs: endpoint, sts: endpoint }];
  const keys: PropertyMap = hasKeys ? { accessKey, secretKey: new Secret(secretKey) } : {};
  const provider = standIn(aws);
  await provider.configure?.({ region, endpoints, ...keys, ...more }, context);
  return provider;
}

test("every resource that supports tags has the default tags, unless it overrides them", async () => {
  const provider = await configured({ defaultTags: { tags: { Owner: "everybody", Team: "one" } } });
  const checked = await provider.check(
    {
      urn: "urn:pulumi:local::p::aws:sqs/queue:Queue::it",
      type: "aws:sqs/queue:Queue",
      name: "it",
      oldInputs: {},
      inputs: { name: "tagged", tags: { Team: "two" } },
      randomSeed: new Uint8Array(),
    },
    context,
  );

  expect(checked.failures).toEqual([]);
  expect(checked.inputs.tags).toEqual({ Owner: "everybody", Team: "two" });
});

test("an account that is not allowed is refused before any request", async () => {
  await expect(configured({ allowedAccountIds: ["111111111111"] })).rejects.toThrow(
    "The AWS credentials are of account 123456789012, which aws:allowedAccountIds or aws:forbiddenAccountIds excludes: use credentials of another account.",
  );
  await expect(configured({ forbiddenAccountIds: ["123456789012"] })).rejects.toThrow(
    /of account 123456789012/,
  );
  await expect(configured({ allowedAccountIds: ["123456789012"] })).resolves.toBeDefined();
});

test("roles are assumed in sequence, and the session of the last one calls AWS", async () => {
  const provider = await configured({
    assumeRoles: [
      { roleArn: "arn:aws:iam::123456789012:role/first" },
      { roleArn: "arn:aws:iam::123456789012:role/second", sessionName: "deployment" },
    ],
  });

  const answer = await provider.invoke?.(
    { token: "aws:index/getCallerIdentity:getCallerIdentity", args: {}, preview: false },
    context,
  );

  expect(answer?.result?.arn).toBe("arn:aws:sts::123456789012:assumed-role/second/deployment");
});

test("a profile of the shared credentials file replaces keys", async () => {
  const file = path.join(directory, "credentials");
  writeFileSync(file, "[team]\naws_access_key_id = local\naws_secret_access_key = local\n");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
  const allowed = { allowedAccountIds: ["123456789012"] };

  await expect(configured({ profile: "team", ...allowed }, { hasKeys: false })).resolves.toBeDefined();
  await expect(configured({ profile: "nobody", ...allowed }, { hasKeys: false })).rejects.toThrow(
    "The aws provider finds no credentials in the profile",
  );
});
