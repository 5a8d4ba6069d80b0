import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { ecrRepositoryArn } from "../../../components/scheduledBackup/policies";
import { registered } from "../awsWorld";
import { digest, register } from "./program";

test("returns the repository of images in ECR only", () => {
  const ecr = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/backup@${digest}`;

  expect(ecrRepositoryArn(ecr)).toBe("arn:aws:ecr:eu-west-1:123456789012:repository/team/backup");
  expect(ecrRepositoryArn(ecr.replace(/@.*/, ":1.2"))).toBe(ecrRepositoryArn(ecr));
  const dualStack = ecr.replace(".dkr.ecr.eu-west-1.amazonaws.com", ".dkr-ecr.eu-west-1.on.aws");
  expect(ecrRepositoryArn(dualStack)).toBe(ecrRepositoryArn(ecr));
  expect(ecrRepositoryArn(ecr.replace(".dkr.ecr.", ".dkr.ecr-fips."))).toBe(ecrRepositoryArn(ecr));
  expect(ecrRepositoryArn(ecr.replace("eu-west-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"))).toBe(
    "arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/backup",
  );
  expect(ecrRepositoryArn(ecr.replace("amazonaws.com", "amazonaws.com.example.com"))).toBeUndefined();
  expect(ecrRepositoryArn(`ghcr.io/thorbis/supabase-backup@${digest}`)).toBeUndefined();
});

test("the task logs in to another private registry with a secret that its role may read", async () => {
  const registrySecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-a1b2c3";
  const resources = await register({ registrySecretArn });

  const [container] = JSON.parse(
    String(registered(resources, "scheduled-backup-task-definition").inputs.containerDefinitions),
  );
  expect(container.repositoryCredentials).toEqual({ credentialsParameter: registrySecretArn });
  const policy = JSON.parse(
    String(registered(resources, "scheduled-backup-execution-role-policy").inputs.policy),
  );
  expect(policy.Statement).toContainEqual({
    Sid: "LogInToOtherRegistry",
    Effect: "Allow",
    Action: "secretsmanager:GetSecretValue",
    Resource: registrySecretArn,
  });
});

test("image, schedule and boundary may be outputs of other resources", async () => {
  const host = pulumi.output("123456789012.dkr.ecr.us-east-1.amazonaws.com");
  const boundary = "arn:aws:iam::123456789012:policy/boundary";
  const resources = await register({
    image: pulumi.interpolate`${host}/backup@${digest}`,
    schedule: { expression: pulumi.output("rate(1 day)"), timeZone: "UTC" },
    permissionsBoundaryArn: pulumi.output(boundary),
    memoryMegabytes: pulumi.output(8192),
  });

  const { inputs } = registered(resources, "scheduled-backup-task-definition");
  const [container] = JSON.parse(String(inputs.containerDefinitions));
  expect(container.image).toBe(`123456789012.dkr.ecr.us-east-1.amazonaws.com/backup@${digest}`);
  expect(inputs.memory).toBe("8192");
  expect(registered(resources, "scheduled-backup-schedule").inputs.scheduleExpression).toBe("rate(1 day)");
  const role = registered(resources, "scheduled-backup-task-role-role");
  expect(role.inputs.permissionsBoundary).toBe(boundary);
  const policy = registered(resources, "scheduled-backup-execution-role-policy");
  expect(String(policy.inputs.policy)).toContain("arn:aws:ecr:us-east-1:123456789012:repository/backup");
});
