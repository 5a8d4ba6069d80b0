import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  type EncryptionType,
  type ImageTagMutability,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
} from "@aws-sdk/client-ecr";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, flag, structure } from "../properties";

type RepositoryState = {
  name: string;
  imageTagMutability: string;
  imageScanningConfiguration?: { scanOnPush: boolean };
  encryptionConfigurations?: { encryptionType?: string; kmsKey?: string }[];
  forceDelete: boolean;
  arn: string;
  registryId: string;
  repositoryUrl: string;
  region: string;
};

export const missingRepository = "RepositoryNotFoundException";

/** A repository of container images; its id is its name. */
export const repository = resource<Aws, RepositoryState>({
  autoname: { maxLength: 256 },
  inputs: {
    name: fixedText,
    imageTagMutability: { type: "string", default: "MUTABLE" },
    imageScanningConfiguration: structure("map"),
    encryptionConfigurations: structure("list", { computed: true, replaces: true }),
    // Only used at deletion; the service does not store it.
    forceDelete: flag(false),
  },
  outputs: { arn: {}, registryId: {}, repositoryUrl: {}, region: {} },

  async create(aws, state, { signal }) {
    const [encryption] = state.encryptionConfigurations ?? [];
    await aws.use("ecr").send(
      new CreateRepositoryCommand({
        repositoryName: state.name,
        imageTagMutability: state.imageTagMutability as ImageTagMutability,
        imageScanningConfiguration: state.imageScanningConfiguration,
        ...(encryption !== undefined && {
          encryptionConfiguration: {
            encryptionType: (encryption.encryptionType ?? "AES256") as EncryptionType,
            kmsKey: encryption.kmsKey,
          },
        }),
      }),
      { abortSignal: signal },
    );
    return { id: state.name };
  },

  async read(aws, id, known, { signal }) {
    const found = await unlessMissing(
      aws
        .use("ecr")
        .send(new DescribeRepositoriesCommand({ repositoryNames: [id] }), { abortSignal: signal }),
      missingRepository,
    );
    const repository = found?.repositories?.[0];
    if (repository === undefined) return undefined;
    const { encryptionType, kmsKey } = repository.encryptionConfiguration ?? {};
    return {
      id,
      state: {
        name: id,
        imageTagMutability: repository.imageTagMutability ?? "MUTABLE",
        imageScanningConfiguration: {
          scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
        },
        encryptionConfigurations: [
          { encryptionType: encryptionType ?? "AES256", ...(kmsKey !== undefined && { kmsKey }) },
        ],
        forceDelete: known.forceDelete ?? false,
        arn: repository.repositoryArn,
        registryId: repository.registryId,
        repositoryUrl: repository.repositoryUri,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const ecr = aws.use("ecr");
    const options = { abortSignal: signal };
    if (before.imageTagMutability !== after.imageTagMutability)
      await ecr.send(
        new PutImageTagMutabilityCommand({
          repositoryName: id,
          imageTagMutability: after.imageTagMutability as ImageTagMutability,
        }),
        options,
      );
    await ecr.send(
      new PutImageScanningConfigurationCommand({
        repositoryName: id,
        imageScanningConfiguration: { scanOnPush: after.imageScanningConfiguration?.scanOnPush ?? false },
      }),
      options,
    );
  },

  async delete(aws, id, { forceDelete }, { signal }) {
    await unlessMissing(
      aws.use("ecr").send(new DeleteRepositoryCommand({ repositoryName: id, force: forceDelete }), {
        abortSignal: signal,
      }),
      missingRepository,
    );
  },
});
