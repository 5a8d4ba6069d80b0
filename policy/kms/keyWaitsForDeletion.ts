import type { ResourceRule } from "../rule";

export const keyWaitsForDeletion: ResourceRule = {
  name: "key-waits-for-deletion",
  description: "A deleted key can be restored for 30 days.",
  severity: "high",
  controls: ["KMS.3"],
  types: ["aws:kms/key:Key"],
  // AWS waits for 30 days by default. It never returns the period, so an imported key has none.
  problem: ({ deletionWindowInDays = 30 }) =>
    deletionWindowInDays === 30 ? undefined : "must have 30 deletionWindowInDays",
};
