import { withoutOwnKey } from "../documents";
import { eachOf, type StackRule } from "../rule";

export const secretHasOwnKey: StackRule = {
  name: "secret-has-own-key",
  description: "In production a secret is encrypted with a customer-managed key.",
  severity: "medium",
  controls: ["CKV_AWS_149"],
  onlyInProduction: true,
  problems: eachOf("aws:secretsmanager/secret:Secret", (secret) => withoutOwnKey(secret, "kmsKeyId")),
};
