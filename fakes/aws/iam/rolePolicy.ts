import { DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, policy } from "../properties";
import { roleDetails } from "./roleDetails";

type RolePolicyState = { name: string; role: string; policy: string };

const missing = ["NoSuchEntity", "NoSuchEntityException"] as const;

/** A policy inside a role; its id is `<role>:<name>`. */
export const rolePolicy = resource<Aws, RolePolicyState>({
  autoname: { maxLength: 128 },
  inputs: { name: fixedText, role: fixedText, policy: { ...policy, required: true } },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: `${state.role}:${state.name}` };
  },

  async read(aws, id, _known, { signal }) {
    const [role = "", name, ...rest] = id.split(":");
    if (name === undefined || rest.length > 0) {
      throw new UserError(`The id of a role's policy is <role>:<policy>, and not ${id}.`);
    }
    const { RolePolicyList = [] } = (await roleDetails(aws, role, signal)) ?? {};
    const found = RolePolicyList.find(({ PolicyName }) => PolicyName === name);
    return found && { id, state: { role, name, policy: decodeURIComponent(found.PolicyDocument ?? "") } };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, _id, { role, name }, { signal }) {
    const iam = aws.use("iam");
    await unlessMissing(
      iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name }), { abortSignal: signal }),
      ...missing,
    );
  },
});

async function put(aws: Aws, state: RolePolicyState, signal: AbortSignal): Promise<void> {
  const iam = aws.use("iam");
  await iam.send(
    new PutRolePolicyCommand({ RoleName: state.role, PolicyName: state.name, PolicyDocument: state.policy }),
    { abortSignal: signal },
  );
}
