import {
  type ClusterSettingName,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  UpdateClusterCommand,
} from "@aws-sdk/client-ecs";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import type { Tags } from "../tags/tags";
import { tagsFromEcs } from "./tags";

type ClusterState = {
  name: string;
  settings?: { name: string; value: string }[];
  tags: Tags;
  arn: string;
  region: string;
};

export const cluster = resource<Aws, ClusterState>({
  autoname: { maxLength: 255 },
  inputs: {
    name: fixedText,
    settings: { type: "list", unordered: true, computed: true },
  },
  outputs: { arn: {}, region: {} },

  async create(aws, state, { signal }) {
    const ecs = aws.use("ecs");
    // The service would return an existing cluster, which may belong to another stack.
    const existing = await find(aws, state.name, signal);
    if (existing !== undefined) throw new UserError(`An ECS cluster named ${state.name} already exists.`);
    const { cluster } = await ecs.send(
      new CreateClusterCommand({ clusterName: state.name, settings: toService(state) }),
      { abortSignal: signal },
    );
    return { id: present(cluster?.clusterArn, "the cluster's ARN") };
  },

  async read(aws, id, _known, { signal }) {
    const found = await find(aws, id, signal);
    if (found === undefined) return undefined;
    const arn = present(found.clusterArn, "the cluster's ARN");
    return {
      id: arn,
      state: {
        name: found.clusterName,
        settings: (found.settings ?? []).map(({ name, value }) => ({ name: name ?? "", value: value ?? "" })),
        tags: tagsFromEcs(found.tags),
        arn,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { after }, { signal }) {
    const ecs = aws.use("ecs");
    await ecs.send(new UpdateClusterCommand({ cluster: id, settings: toService(after) }), {
      abortSignal: signal,
    });
  },

  async delete(aws, id, _state, { signal }) {
    const ecs = aws.use("ecs");
    await unlessMissing(
      ecs.send(new DeleteClusterCommand({ cluster: id }), { abortSignal: signal }),
      "ClusterNotFoundException",
    );
  },
});

async function find(aws: Aws, cluster: string, signal: AbortSignal) {
  const ecs = aws.use("ecs");
  const { clusters = [] } = await ecs.send(
    new DescribeClustersCommand({ clusters: [cluster], include: ["SETTINGS", "CONFIGURATIONS", "TAGS"] }),
    { abortSignal: signal },
  );
  return clusters.find(({ status }) => status !== "INACTIVE");
}

function toService({ settings }: ClusterState) {
  return settings?.map(({ name, value }) => ({ name: name as ClusterSettingName, value }));
}
