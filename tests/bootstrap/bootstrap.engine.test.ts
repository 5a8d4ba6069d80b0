import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { deployPolicy } from "../../bootstrap/policies/rolePolicies";
import { checkoutRoot } from "../../foundation/checkout";
import { type AwsAccountUnderTest, createAwsAccount } from "../support/awsStack";
import { accountId } from "./place";

// The set-up of an account on the real engine and the local AWS.
let account: AwsAccountUnderTest;
let base: string;
let iam: IAMClient;

beforeAll(async () => {
  account = await createAwsAccount("bucket");
  const { endpoint, region, accessKey, secretKey } = account.endpoints;
  iam = new IAMClient({
    region,
    endpoint,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  base = await mkdtemp(path.join(os.tmpdir(), "thorbis bootstrap "));
  const checkout = checkoutRoot();
  const folder = path.join(base, "bootstrap");
  await mkdir(folder);
  await cp(path.join(checkout, "bootstrap/Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  await writeFile(
    path.join(folder, "package.json"),
    JSON.stringify({ main: path.join(checkout, "bootstrap/index.cjs") }),
  );
  await symlink(path.join(checkout, "node_modules"), path.join(base, "node_modules"));
  for (const stack of ["dev", "prod"])
    await cp(path.join(checkout, `Pulumi.${stack}.yaml`), path.join(base, `Pulumi.${stack}.yaml`));
  await configure({});
  await pulumi("stack", "init", "account");
});
afterAll(async () => {
  await account?.remove();
  await rm(base, { recursive: true, force: true });
});

const pulumi = async (...args: string[]) => await account.pulumiIn(path.join(base, "bootstrap"), ...args);

async function configure(changes: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = {
    repository: "thorbis/backend",
    repositoryIds: { owner: 7, repository: 9 },
    environments: ["dev", "prod"],
    stateBucketName: "thorbis-pulumi-state",
    owner: "platform@example.com",
    ...changes,
  };
  await writeFile(
    path.join(base, "bootstrap", "Pulumi.account.yaml"),
    stringify({ config: { "aws:region": "us-east-1", "thorbis-bootstrap:settings": settings } }),
  );
}

test("all errors in the settings are listed before anything is created", async () => {
  await configure({ repository: "backend", environments: [], surplus: true });

  const { exitCode, output } = await pulumi("preview");

  expect(exitCode).not.toBe(0);
  expect(output).toContain("thorbis-bootstrap:settings.repository: must be <owner>/<name>");
  expect(output).toContain("thorbis-bootstrap:settings.environments");
  expect(output).toContain("surplus");
  await configure({});
});

test("the first up sets up the account, a second changes nothing, and the outputs contain what a deployment needs", async () => {
  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.output).toBe(0);

  const again = await pulumi("preview", "--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
  const outputs = JSON.parse((await pulumi("stack", "output", "--json")).stdout) as {
    environments: Record<string, Record<string, string>>;
  };
  expect(outputs).toMatchObject({
    stateUrl: "s3://thorbis-pulumi-state?region=us-east-1&awssdk=v2",
    environments: {
      prod: {
        secretsProvider: "awskms://alias/thorbis-prod-secrets?region=us-east-1",
        deployRoleArn: `arn:aws:iam::${accountId}:role/thorbis-prod-deploy`,
        previewRoleArn: `arn:aws:iam::${accountId}:role/thorbis-prod-preview`,
        permissionsBoundaryArn: `arn:aws:iam::${accountId}:policy/thorbis-prod-boundary`,
      },
    },
  });
});

test("the deploy role has the policy that the simulator checked, with the names in the stack file", async () => {
  const { PolicyDocument = "" } = await iam.send(
    new GetRolePolicyCommand({ RoleName: "thorbis-prod-deploy", PolicyName: "deploy" }),
  );

  const found = JSON.parse(decodeURIComponent(PolicyDocument)) as ReturnType<typeof deployPolicy>;
  const keys = JSON.stringify(found).match(/arn:aws:kms:[^"]*:key\/[0-9a-f-]{36}/g) ?? [];
  const [stateKeyArn = "", secretsKeyArn = ""] = keys;
  expect(found).toEqual(
    deployPolicy({
      name: "prod",
      region: "us-east-1",
      prefix: "thorbis-prod",
      bucketName: "thorbis-backups",
      logBucketName: "thorbis-backups-logs",
      ownNetwork: true,
      accountId,
      stateBucketArn: "arn:aws:s3:::thorbis-pulumi-state",
      stateKeyArn,
      secretsKeyArn,
      boundaryArn: `arn:aws:iam::${accountId}:policy/thorbis-prod-boundary`,
    }),
  );
});

test("destroy is refused while states, keys and images are protected", async () => {
  const { exitCode, output } = await pulumi("destroy", "--yes", "--skip-preview");

  expect(exitCode).not.toBe(0);
  expect(output).toContain("protect");
});

test("removing an environment from the settings deletes its roles and no others", async () => {
  await configure({ environments: ["dev"] });
  await pulumi("state", "unprotect", "--all", "--yes");

  const { exitCode, output } = await pulumi("up", "--yes", "--skip-preview");

  expect(exitCode, output).toBe(0);
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  expect(Roles.map(({ RoleName }) => RoleName).sort()).toEqual(["thorbis-dev-deploy", "thorbis-dev-preview"]);
});
