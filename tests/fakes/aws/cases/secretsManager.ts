import { PutSecretValueCommand, UpdateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { Secret } from "../../../../plugins/provider-host/values";
import { type Case, output } from "./case";

/** Cases of Secrets Manager, each after those on which it depends. */
export const secretsManagerCases: readonly Case[] = [
  {
    token: "aws:secretsmanager/secret:Secret",
    inputs: () => ({ name: "specimen", description: "Specimen", recoveryWindowInDays: 7 }),
    changeManually: async (aws, id) =>
      aws.use("secretsmanager").send(new UpdateSecretCommand({ SecretId: id, Description: "Other" })),
    found: { description: "update" },
  },
  {
    token: "aws:secretsmanager/secretVersion:SecretVersion",
    inputs: (world) => ({
      secretId: output(world, "Secret", "arn"),
      secretString: new Secret("canary-in-secret-string"),
      versionStages: ["AWSCURRENT"],
    }),
    changeManually: async (aws, id) =>
      aws
        .use("secretsmanager")
        .send(new PutSecretValueCommand({ SecretId: id.split("|")[0], SecretString: "other" })),
    found: { "versionStages[0]": "update" },
  },
];
