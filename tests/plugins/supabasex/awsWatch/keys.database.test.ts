import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateSecretCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import {
  copiesOfSecret,
  grantsOnKey,
  rotationOfSecret,
} from "../../../../plugins/supabasex/provider/awsWatch/keys";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";
import { keyAdditions } from "../../../support/clouds/keyAdditions";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis keys "));
let service: AwsService;
let kms: KMSClient;
let secrets: SecretsManagerClient;
const { signal } = new AbortController();

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, endpoint, accessKey, secretKey } = service;
  const options = { region, endpoint, credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } };
  kms = new KMSClient(options);
  secrets = new SecretsManagerClient(options);
});
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

test.each(keyAdditions.map((addition) => [addition.name, addition] as const))("%s", async (_, addition) => {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const key = String(KeyMetadata?.Arn);
  expect(await grantsOnKey({ kms }, key, signal)).toEqual({});

  await addition.add(kms, key);

  const found = await grantsOnKey({ kms }, key, signal);
  expect(found).toEqual({ [addition.found[0]]: addition.found[1] });
  expect(changesSince({ grants: {} }, { grants: found })).toMatchObject([{ severity: "opens" }]);
  await addition.remove(kms, key);
  expect(await grantsOnKey({ kms }, key, signal)).toEqual({});
});

test("a function that rotates the password is reported", async () => {
  const reader = "arn:aws:lambda:us-east-1:123456789012:function:of-somebody-else";
  const describing = (answer: object) =>
    ({ secrets: { send: async () => answer } }) as unknown as Pick<AwsClients, "secrets">;
  const rotated = describing({ Name: "password", RotationLambdaARN: reader });

  const found = await rotationOfSecret(rotated, "arn", signal);

  expect(found).toEqual({ "secret rotation password": reader });
  expect(changesSince({ rotation: {} }, { rotation: found })).toMatchObject([{ severity: "opens" }]);
  expect(await rotationOfSecret(describing({ Name: "password" }), "arn", signal)).toEqual({});
});

test("a copy of the password in another region is reported", async () => {
  const { ARN: SecretId = "" } = await secrets.send(
    new CreateSecretCommand({ Name: "password", SecretString: "x" }),
  );
  expect(await copiesOfSecret({ secrets }, SecretId, signal)).toEqual({});

  const AddReplicaRegions = [{ Region: "eu-west-1" }];
  await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions }));

  const found = await copiesOfSecret({ secrets }, SecretId, signal);
  expect(Object.keys(found)).toEqual(["secret copy password eu-west-1"]);
  expect(changesSince({ copies: {} }, { copies: found })).toMatchObject([{ severity: "opens" }]);
  await secrets.send(
    new RemoveRegionsFromReplicationCommand({ SecretId, RemoveReplicaRegions: ["eu-west-1"] }),
  );
  expect(await copiesOfSecret({ secrets }, SecretId, signal)).toEqual({});
});
