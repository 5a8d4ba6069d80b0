import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { flag } from "../properties";
import { bucketPart } from "./bucketPart";

type State = Record<
  "blockPublicAcls" | "blockPublicPolicy" | "ignorePublicAcls" | "restrictPublicBuckets",
  boolean
>;

export const bucketPublicAccessBlock = bucketPart<State>({
  inputs: {
    blockPublicAcls: flag(false),
    blockPublicPolicy: flag(false),
    ignorePublicAcls: flag(false),
    restrictPublicBuckets: flag(false),
  },
  missing: ["NoSuchPublicAccessBlockConfiguration"],
  async put(s3, bucket, state, options) {
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: state.blockPublicAcls,
      BlockPublicPolicy: state.blockPublicPolicy,
      IgnorePublicAcls: state.ignorePublicAcls,
      RestrictPublicBuckets: state.restrictPublicBuckets,
    };
    await s3.send(
      new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const { PublicAccessBlockConfiguration: found = {} } = await s3.send(
      new GetPublicAccessBlockCommand({ Bucket: bucket }),
      options,
    );
    return {
      blockPublicAcls: found.BlockPublicAcls ?? false,
      blockPublicPolicy: found.BlockPublicPolicy ?? false,
      ignorePublicAcls: found.IgnorePublicAcls ?? false,
      restrictPublicBuckets: found.RestrictPublicBuckets ?? false,
    };
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }), options);
  },
});
