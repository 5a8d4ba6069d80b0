import { DeleteAliasCommand, DisableKeyRotationCommand } from "@aws-sdk/client-kms";
import { type Case, output } from "./case";

/** Cases of KMS, each after those on which it depends. */
export const kmsCases: readonly Case[] = [
  {
    token: "aws:kms/key:Key",
    inputs: () => ({ description: "Specimen", enableKeyRotation: true, deletionWindowInDays: 7 }),
    changeManually: async (aws, id) => aws.use("kms").send(new DisableKeyRotationCommand({ KeyId: id })),
    found: { enableKeyRotation: "update" },
  },
  {
    token: "aws:kms/alias:Alias",
    inputs: (world) => ({ name: "alias/specimen", targetKeyId: output(world, "Key", "keyId") }),
    changeManually: async (aws, id) => aws.use("kms").send(new DeleteAliasCommand({ AliasName: id })),
    found: "gone",
  },
];
