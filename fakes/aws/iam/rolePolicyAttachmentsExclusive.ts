import { AttachRolePolicyCommand, DetachRolePolicyCommand } from "@aws-sdk/client-iam";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { fixedText } from "../properties";
import { roleDetails } from "./roleDetails";

type State = { roleName: string; policyArns: string[] };

/** The managed policies of a role. Its id is the role's name. Detaches others and attaches missing ones. */
export const rolePolicyAttachmentsExclusive = resource<Aws, State>({
  inputs: { roleName: fixedText, policyArns: { type: "list", required: true, unordered: true } },

  async create(aws, state, { signal }) {
    await attachExactly(aws, state, signal);
    return { id: state.roleName };
  },

  async read(aws, id, _known, { signal }) {
    const policyArns = await arnsOf(aws, id, signal);
    return policyArns && { id, state: { roleName: id, policyArns } };
  },

  async update(aws, _id, { after }, { signal }) {
    await attachExactly(aws, after, signal);
  },

  // There is nothing to delete.
  async delete() {},
});

async function arnsOf(aws: Aws, role: string, signal: AbortSignal): Promise<string[] | undefined> {
  const found = await roleDetails(aws, role, signal);
  return found && (found.AttachedManagedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []);
}

async function attachExactly(aws: Aws, { roleName, policyArns }: State, signal: AbortSignal): Promise<void> {
  const found = await arnsOf(aws, roleName, signal);
  if (found === undefined) throw new UserError(`There is no IAM role named ${roleName}.`);
  const iam = aws.use("iam");
  const options = { abortSignal: signal };
  for (const PolicyArn of found.filter((arn) => !policyArns.includes(arn))) {
    await iam.send(new DetachRolePolicyCommand({ RoleName: roleName, PolicyArn }), options);
  }
  for (const PolicyArn of policyArns.filter((arn) => !found.includes(arn))) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn }), options);
  }
}
