import { PutImageTagMutabilityCommand, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import { type Case, output } from "./case";

/** Returns a policy by which untagged images expire after this many days. */
const expiry = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber },
        action: { type: "expire" },
      },
    ],
  });

/** Cases of ECR, each after those on which it depends. */
export const ecrCases: readonly Case[] = [
  {
    token: "aws:ecr/repository:Repository",
    inputs: () => ({
      name: "specimen",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    }),
    changeManually: async (aws, id) =>
      aws
        .use("ecr")
        .send(new PutImageTagMutabilityCommand({ repositoryName: id, imageTagMutability: "MUTABLE" })),
    found: { imageTagMutability: "update" },
  },
  {
    token: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    inputs: (world) => ({ repository: output(world, "Repository", "name"), policy: expiry(30) }),
    changeManually: async (aws, id) =>
      aws
        .use("ecr")
        .send(new PutLifecyclePolicyCommand({ repositoryName: id, lifecyclePolicyText: expiry(1) })),
    found: { policy: "update" },
  },
];
