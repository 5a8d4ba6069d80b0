import { DeleteRolePolicyCommand } from "@aws-sdk/client-iam";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { roleDetails } from "./roleDetails";

type State = { roleName: string; policyNames: string[] };

const missing = ["NoSuchEntity", "NoSuchEntityException"] as const;

/** The inline policies that a role may have. Its id is the role's name. Removes others, but does not create missing ones. */
export const rolePoliciesExclusive = resource<Aws, State>({
  inputs: { roleName: fixedText, policyNames: { type: "list", required: true, unordered: true } },

  async create(aws, state, { signal }) {
    await removeOthers(aws, state, signal);
    return { id: state.roleName };
  },

  async read(aws, id, _known, { signal }) {
    const policyNames = await namesOf(aws, id, signal);
    return policyNames && { id, state: { roleName: id, policyNames } };
  },

  async update(aws, _id, { after }, { signal }) {
    await removeOthers(aws, after, signal);
  },

  // There is nothing to delete.
  async delete() {},
});

async function namesOf(aws: Aws, role: string, signal: AbortSignal): Promise<string[] | undefined> {
  const found = await roleDetails(aws, role, signal);
  return found && (found.RolePolicyList ?? []).flatMap(({ PolicyName }) => PolicyName ?? []);
}

async function removeOthers(aws: Aws, { roleName, policyNames }: State, signal: AbortSignal): Promise<void> {
  const found = await namesOf(aws, roleName, signal);
  if (found === undefined) throw new UserError(`There is no IAM role named ${roleName}.`);
  for (const PolicyName of found.filter((name) => !policyNames.includes(name))) {
    await unlessMissing(
      aws
        .use("iam")
        .send(new DeleteRolePolicyCommand({ RoleName: roleName, PolicyName }), { abortSignal: signal }),
      ...missing,
    );
  }
}
