import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aws } from "../../../../local/providers/aws/table";
import { standIn } from "../../../../local/providers/engine/standIn";
import { type AwsService, startAws } from "../../../../local/services/aws";
import { type PropertyMap, Secret } from "../../../../plugins/host/values";
import { context } from "./subject";

// What stack files say about the provider itself: `aws:defaultTags`, `aws:allowedAccountIds`.
const directory = mkdtempSync(path.join(tmpdir(), "thorbis aws "));
let service: AwsService;

beforeAll(async () => {
  service = await startAws({ directory });
});
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

async function configured(more: PropertyMap) {
  const { region, accessKey, secretKey, endpoint } = service;
  const endpoints = [{ sqs: endpoint, sts: endpoint }];
  const provider = standIn(aws);
  await provider.configure?.(
    { region, accessKey, secretKey: new Secret(secretKey), endpoints, ...more },
    context,
  );
  return provider;
}

test("default tags are on every resource that can carry tags, unless it says otherwise", async () => {
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

test("an account that is not allowed is refused before anything is asked of it", async () => {
  await expect(configured({ allowedAccountIds: ["111111111111"] })).rejects.toThrow(
    "The AWS credentials are of account 123456789012, which aws:allowedAccountIds or aws:forbiddenAccountIds does not allow: use credentials of another account.",
  );
  await expect(configured({ forbiddenAccountIds: ["123456789012"] })).rejects.toThrow(
    /of account 123456789012/,
  );
  await expect(configured({ allowedAccountIds: ["123456789012"] })).resolves.toBeDefined();
});
