import type { ResourceRule } from "../rule";

export const keyRotates: ResourceRule = {
  name: "key-rotates",
  description: "A key is rotated every year.",
  severity: "medium",
  controls: ["CKV_AWS_7", "KMS.4"],
  types: ["aws:kms/key:Key"],
  problem: ({ enableKeyRotation }) =>
    enableKeyRotation === true ? undefined : "must have enableKeyRotation",
};
