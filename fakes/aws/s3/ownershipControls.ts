import {
  DeleteBucketOwnershipControlsCommand,
  GetBucketOwnershipControlsCommand,
  type ObjectOwnership,
  PutBucketOwnershipControlsCommand,
} from "@aws-sdk/client-s3";
import { structure } from "../properties";
import { bucketPart } from "./bucketPart";

type State = { rule: { objectOwnership: string } };

export const bucketOwnershipControls = bucketPart<State>({
  inputs: { rule: structure("map", { required: true }) },
  missing: ["OwnershipControlsNotFoundError"],
  async put(s3, bucket, { rule }, options) {
    const Rules = [{ ObjectOwnership: rule.objectOwnership as ObjectOwnership }];
    await s3.send(
      new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: { Rules } }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const { OwnershipControls } = await s3.send(
      new GetBucketOwnershipControlsCommand({ Bucket: bucket }),
      options,
    );
    const [rule] = OwnershipControls?.Rules ?? [];
    return rule?.ObjectOwnership && { rule: { objectOwnership: rule.ObjectOwnership } };
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: bucket }), options);
  },
});
