import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateRepositoryCommand, ECRClient, SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../../plugins/provider-host/values";
import { awsWatch } from "../../../../plugins/supabasex/provider/awsWatch/resource";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis repository "));
const variables = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const saved = variables.map((name) => [name, process.env[name]] as const);
let service: AwsService;

beforeAll(async () => {
  service = await startAws({ directory });
  const { endpoint, accessKey, secretKey } = service;
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
  });
  for (const repositoryName of ["backup", "moved"]) {
    await new ECRClient({ region: service.region }).send(new CreateRepositoryCommand({ repositoryName }));
    await setPolicy(repositoryName, "deploy");
  }
});
afterAll(async () => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await service?.stop();
  rmSync(directory, { recursive: true });
});

const setPolicy = async (repositoryName: string, ...sids: readonly string[]) => {
  const Statement = sids.map((Sid) => ({
    ...{ Sid, Effect: "Allow", Principal: { AWS: "arn:aws:iam::210987654321:root" } },
    Action: "ecr:BatchGetImage",
  }));
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement });
  await new ECRClient({ region: service.region }).send(
    new SetRepositoryPolicyCommand({ repositoryName, policyText }),
  );
};

const context = { signal: new AbortController().signal, log: () => {} } as unknown as CallContext;
const inputsWith = (image: string): PropertyMap => ({
  region: "us-east-1",
  declared: {
    ...{ bucket: "shop-backups", scheduleGroup: "shop", secret: "shop", image },
    cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/shop",
  },
});
const created = async (image: string) =>
  (await awsWatch.create({ inputs: inputsWith(image), preview: false } as never, context)).outputs;
const updated = async (oldOutputs: PropertyMap, image: string) =>
  (await awsWatch.update?.({ oldOutputs, inputs: inputsWith(image), preview: false } as never, context))
    ?.outputs ?? {};
const elsewhere = "ghcr.io/thorbis/backup:1";

test.each([
  ["dkr.ecr", "amazonaws.com"],
  ["dkr.ecr-fips", "amazonaws.com"],
  ["dkr-ecr", "on.aws"],
])(
  "the permissions on a repository at %s and %s are recorded when the image moves there, and compared afterwards",
  async (service, domain) => {
    const image = (name: string) => `123456789012.${service}.us-east-1.${domain}/${name}:1`;
    await setPolicy("backup", "deploy");
    await setPolicy("moved", "deploy");

    const first = await updated(await created(elsewhere), image("backup"));
    const second = await updated(first, image("moved"));
    await setPolicy("moved", "deploy", "manual");
    const third = await updated(second, image("moved"));

    expect([first.live, second.live]).toEqual([{}, {}]);
    expect(Object.keys(third.live as PropertyMap)).toEqual(["image repository permission moved manual"]);
    expect((await updated(third, elsewhere)).live).toEqual({});
  },
);
