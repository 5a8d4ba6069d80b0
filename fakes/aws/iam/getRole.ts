import { GetRoleCommand } from "@aws-sdk/client-iam";
import { UserError } from "../../../foundation/userError";
import { lookUp } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";

/** Finds a role by its name, with its tags. */
export const getRole = lookUp<Aws, { name: string }>({
  args: { name: { type: "string", required: true } },
  async call(aws, { name }, { signal }) {
    const found = await unlessMissing(
      aws.use("iam").send(new GetRoleCommand({ RoleName: name }), { abortSignal: signal }),
      "NoSuchEntity",
      "NoSuchEntityException",
    );
    if (found?.Role === undefined) throw new UserError(`reading IAM Role (${name}): couldn't find resource`);
    const { Arn = "", Tags = [] } = found.Role;
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
    return { id: name, name, arn: Arn, tags };
  },
});
