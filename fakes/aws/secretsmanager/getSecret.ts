import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { UserError } from "../../../foundation/userError";
import { lookUp } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";

/** Finds a secret by ARN or name. As in the official provider, one that is scheduled for deletion is not found. */
export const getSecret = lookUp<Aws, { arn?: string; name?: string }>({
  args: { arn: { type: "string" }, name: { type: "string" } },
  async call(aws, { arn, name }, { signal }) {
    const SecretId = arn ?? name;
    const found = await unlessMissing(
      aws.use("secretsmanager").send(new DescribeSecretCommand({ SecretId }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    if (found?.ARN === undefined || found.DeletedDate !== undefined) {
      throw new UserError(`reading Secrets Manager Secret (${SecretId}): couldn't find resource`);
    }
    return { id: found.ARN, arn: found.ARN, name: found.Name ?? "", description: found.Description ?? "" };
  },
});
