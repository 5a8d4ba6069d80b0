import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import { defined, structure } from "../properties";
import { bucketPart } from "./bucketPart";

type Rule = {
  applyServerSideEncryptionByDefault?: { sseAlgorithm: string; kmsMasterKeyId?: string };
  bucketKeyEnabled?: boolean;
};

export const bucketEncryption = bucketPart<{ rules: Rule[] }>({
  inputs: { rules: structure("list", { required: true }) },
  missing: ["ServerSideEncryptionConfigurationNotFoundError"],
  async put(s3, bucket, { rules }, options) {
    const Rules = rules.map(({ applyServerSideEncryptionByDefault: applied, bucketKeyEnabled }) => ({
      BucketKeyEnabled: bucketKeyEnabled ?? false,
      ...(applied && {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: applied.sseAlgorithm as ServerSideEncryption,
          KMSMasterKeyID: applied.kmsMasterKeyId,
        },
      }),
    }));
    await s3.send(
      new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules } }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const { ServerSideEncryptionConfiguration: found } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket: bucket }),
      options,
    );
    const rules = (found?.Rules ?? []).map(
      ({ ApplyServerSideEncryptionByDefault: applied, BucketKeyEnabled }) => ({
        ...(applied && {
          applyServerSideEncryptionByDefault: defined({
            sseAlgorithm: applied.SSEAlgorithm,
            kmsMasterKeyId: applied.KMSMasterKeyID || undefined,
          }) as { sseAlgorithm: string; kmsMasterKeyId?: string },
        }),
        bucketKeyEnabled: BucketKeyEnabled ?? false,
      }),
    );
    return { rules };
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket: bucket }), options);
  },
});
