import {
  type Compatibility,
  type ContainerDefinition,
  type CPUArchitecture,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type NetworkMode,
  type OSFamily,
  RegisterTaskDefinitionCommand,
  type Volume,
} from "@aws-sdk/client-ecs";
import { isJsonObject, type JsonValue } from "../../../foundation/json";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { defined, fixedText, flag, pruned, structure } from "../properties";
import type { Tags } from "../tags/tags";
import { tagsFromEcs } from "./tags";

type TaskDefinitionState = {
  family: string;
  containerDefinitions: string;
  cpu?: string;
  memory?: string;
  networkMode?: string;
  requiresCompatibilities?: string[];
  executionRoleArn?: string;
  taskRoleArn?: string;
  runtimePlatform?: { operatingSystemFamily?: string; cpuArchitecture?: string };
  ephemeralStorage?: { sizeInGib: number };
  volumes?: { name: string; hostPath?: string }[];
  skipDestroy: boolean;
  trackLatest: boolean;
  tags: Tags;
  arn: string;
  arnWithoutRevision: string;
  revision: number;
  region: string;
};

const replaces = { replaces: true } as const;

/** Revisions are immutable: a change registers the next one and deregisters the previous one. */
export const taskDefinition = resource<Aws, TaskDefinitionState>({
  inputs: {
    family: fixedText,
    containerDefinitions: { type: "string", required: true, normal: containersForm, ...replaces },
    cpu: { type: "string", ...replaces },
    memory: { type: "string", ...replaces },
    networkMode: { type: "string", computed: true, ...replaces },
    requiresCompatibilities: { type: "list", unordered: true, ...replaces },
    executionRoleArn: { type: "string", ...replaces },
    taskRoleArn: { type: "string", ...replaces },
    runtimePlatform: structure("map", replaces),
    ephemeralStorage: structure("map", replaces),
    volumes: structure("list", { unordered: true, ...replaces }),
    skipDestroy: flag(false),
    // If true, a revision that was registered outside of the stack counts as drift.
    trackLatest: flag(false),
  },
  outputs: { arn: {}, arnWithoutRevision: {}, revision: {}, region: {} },

  async create(aws, state, { signal }) {
    const ecs = aws.use("ecs");
    const { taskDefinition: made } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: state.family,
        containerDefinitions: JSON.parse(state.containerDefinitions) as ContainerDefinition[],
        cpu: state.cpu,
        memory: state.memory,
        networkMode: state.networkMode as NetworkMode | undefined,
        requiresCompatibilities: state.requiresCompatibilities as Compatibility[] | undefined,
        executionRoleArn: state.executionRoleArn,
        taskRoleArn: state.taskRoleArn,
        ...(state.runtimePlatform && {
          runtimePlatform: {
            operatingSystemFamily: state.runtimePlatform.operatingSystemFamily as OSFamily | undefined,
            cpuArchitecture: state.runtimePlatform.cpuArchitecture as CPUArchitecture | undefined,
          },
        }),
        ...(state.ephemeralStorage && { ephemeralStorage: { sizeInGiB: state.ephemeralStorage.sizeInGib } }),
        ...(state.volumes && {
          volumes: state.volumes.map(
            ({ name, hostPath }): Volume => ({ name, ...(hostPath && { host: { sourcePath: hostPath } }) }),
          ),
        }),
      }),
      { abortSignal: signal },
    );
    return {
      id: state.family,
      state: { arn: present(made?.taskDefinitionArn, "the revision's ARN") },
    };
  },

  async read(aws, id, known, { signal }) {
    const ecs = aws.use("ecs");
    const wanted = known.trackLatest === true ? id : (known.arn ?? id);
    const answer = await unlessMissing(
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: wanted, include: ["TAGS"] }), {
        abortSignal: signal,
      }),
      "ClientException",
    );
    const found = answer?.taskDefinition;
    if (found === undefined || found.status === "INACTIVE") return undefined;
    const arn = present(found.taskDefinitionArn, "the revision's ARN");
    const { runtimePlatform, ephemeralStorage } = found;
    return {
      id: present(found.family, "the family"),
      state: {
        family: found.family,
        containerDefinitions: JSON.stringify(found.containerDefinitions ?? []),
        cpu: found.cpu ?? "",
        memory: found.memory ?? "",
        networkMode: found.networkMode,
        requiresCompatibilities: found.requiresCompatibilities ?? [],
        executionRoleArn: found.executionRoleArn ?? "",
        taskRoleArn: found.taskRoleArn ?? "",
        runtimePlatform: defined({
          operatingSystemFamily: runtimePlatform?.operatingSystemFamily,
          cpuArchitecture: runtimePlatform?.cpuArchitecture,
        }) as TaskDefinitionState["runtimePlatform"] & {},
        ephemeralStorage: defined({ sizeInGib: ephemeralStorage?.sizeInGiB }) as { sizeInGib: number },
        volumes: (found.volumes ?? []).map(
          ({ name, host }) =>
            defined({ name, hostPath: host?.sourcePath || undefined }) as { name: string; hostPath?: string },
        ),
        tags: tagsFromEcs(answer?.tags),
        arn,
        arnWithoutRevision: arn.replace(/:\d+$/, ""),
        revision: found.revision ?? 0,
        region: aws.region,
      },
    };
  },

  // skipDestroy and trackLatest do not exist in the service.
  async update() {},

  async delete(aws, _id, { arn, skipDestroy }, { signal }) {
    if (skipDestroy) return;
    const ecs = aws.use("ecs");
    await unlessMissing(
      ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }), { abortSignal: signal }),
      "ClientException",
    );
  },
});

/** Normalizes containers: the service adds empty values and zeros, and does not keep the order of variables. */
function containersForm(text: JsonValue): JsonValue {
  if (typeof text !== "string") return text;
  let containers: JsonValue;
  try {
    containers = JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
  if (!Array.isArray(containers)) return text;
  return containers.map((container) => {
    if (!isJsonObject(container)) return container;
    const sorted = {
      ...container,
      environment: byName(container.environment),
      secrets: byName(container.secrets),
    };
    return pruned(sorted) ?? {};
  });
}

function byName(list: JsonValue | undefined): JsonValue {
  if (!Array.isArray(list)) return list ?? null;
  const name = (item: JsonValue) => (isJsonObject(item) && typeof item.name === "string" ? item.name : "");
  return [...list].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}
