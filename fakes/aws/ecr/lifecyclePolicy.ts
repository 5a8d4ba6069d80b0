import {
  DeleteLifecyclePolicyCommand,
  GetLifecyclePolicyCommand,
  PutLifecyclePolicyCommand,
} from "@aws-sdk/client-ecr";
import { resource, sameJson } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { missingRepository } from "./repository";

type LifecyclePolicyState = { repository: string; policy: string; registryId: string; region: string };

const missing = [missingRepository, "LifecyclePolicyNotFoundException"] as const;

/** The rules for expiring images of a repository. Its id is the repository's name. */
export const lifecyclePolicy = resource<Aws, LifecyclePolicyState>({
  inputs: { repository: fixedText, policy: { type: "string", required: true, same: sameJson } },
  outputs: { registryId: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: state.repository };
  },

  async read(aws, id, _known, { signal }) {
    const found = await unlessMissing(
      aws.use("ecr").send(new GetLifecyclePolicyCommand({ repositoryName: id }), { abortSignal: signal }),
      ...missing,
    );
    if (found === undefined) return undefined;
    const { lifecyclePolicyText = "", registryId = "" } = found;
    return { id, state: { repository: id, policy: lifecyclePolicyText, registryId, region: aws.region } };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(
      aws.use("ecr").send(new DeleteLifecyclePolicyCommand({ repositoryName: id }), { abortSignal: signal }),
      ...missing,
    );
  },
});

async function put(
  aws: Aws,
  { repository, policy }: LifecyclePolicyState,
  signal: AbortSignal,
): Promise<void> {
  await aws
    .use("ecr")
    .send(new PutLifecyclePolicyCommand({ repositoryName: repository, lifecyclePolicyText: policy }), {
      abortSignal: signal,
    });
}
