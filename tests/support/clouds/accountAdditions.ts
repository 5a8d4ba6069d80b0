import { DeleteRepositoryPolicyCommand, SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import { DeletePublicAccessBlockCommand, PutPublicAccessBlockCommand } from "@aws-sdk/client-s3-control";
import type { Addition, Places } from "./addition";
import type { Clouds } from "./clouds";

const block = async ({ s3Control }: Clouds, { topicArn }: Places, isOn: boolean) =>
  await s3Control.send(
    new PutPublicAccessBlockCommand({
      AccountId: topicArn.split(":")[4],
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, IgnorePublicAcls: true },
        ...{ BlockPublicPolicy: isOn, RestrictPublicBuckets: isOn },
      },
    }),
  );

/** Blocks public access in the whole account, as its owner should before the first deployment. */
export const blockPublicAccess = async (clouds: Clouds, places: Places) => await block(clouds, places, true);

/** Name of the repository of the backup image. */
export const imageRepository = "thorbis/backup";

/** Changes of what the account shares with the stack. The local stack has neither. */
export const accountAdditions: readonly Addition[] = [
  {
    name: "the account stops blocking public policies of buckets",
    by: "aws s3control put-public-access-block",
    add: async (clouds, places) => await block(clouds, places, false),
    remove: blockPublicAccess,
    reports:
      "opens    account public access block: BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets → BlockPublicAcls, IgnorePublicAcls",
  },
  {
    name: "the account blocks no public access any more",
    by: "aws s3control delete-public-access-block",
    add: async ({ s3Control }, { topicArn }) =>
      await s3Control.send(new DeletePublicAccessBlockCommand({ AccountId: topicArn.split(":")[4] })),
    remove: blockPublicAccess,
    reports:
      "opens    account public access block: removed: BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets",
  },
  {
    name: "another account may push to the repository of the backup image",
    by: "aws ecr set-repository-policy",
    add: async ({ ecr }) =>
      await ecr.send(
        new SetRepositoryPolicyCommand({
          repositoryName: imageRepository,
          policyText: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                ...{ Sid: "manual", Effect: "Allow", Principal: { AWS: "210987654321" } },
                Action: ["ecr:PutImage"],
              },
            ],
          }),
        }),
      ),
    remove: async ({ ecr }) =>
      await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName: imageRepository })),
    reports: `opens    image repository permission ${imageRepository} manual: added: `,
  },
];
