import { DeregisterTaskDefinitionCommand, UpdateClusterCommand } from "@aws-sdk/client-ecs";
import { type Case, names, output, text } from "./case";

/** Cases of ECS, each after those on which it depends. */
export const ecsCases: readonly Case[] = [
  {
    token: "aws:ecs/cluster:Cluster",
    inputs: () => ({ name: "specimen", settings: [{ name: "containerInsights", value: "enabled" }] }),
    changeManually: async (aws, id) =>
      aws.use("ecs").send(
        new UpdateClusterCommand({
          cluster: id,
          settings: [{ name: "containerInsights", value: "disabled" }],
        }),
      ),
    found: { "settings[0]": "update" },
  },
  {
    token: "aws:ecs/taskDefinition:TaskDefinition",
    inputs: (world) => ({
      family: names.family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      executionRoleArn: output(world, "Role", "arn"),
      taskRoleArn: output(world, "Role", "arn"),
      containerDefinitions: JSON.stringify([
        {
          name: "backup",
          image: "specimen:1",
          essential: true,
          privileged: false,
          readonlyRootFilesystem: true,
          stopTimeout: 120,
          user: "10001:10001",
          environment: [
            { name: "PGHOST", value: "h" },
            { name: "AWS_REGION", value: "us-east-1" },
          ],
          secrets: [{ name: "PGPASSWORD", valueFrom: "arn" }],
          linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", mode: "blocking" } },
        },
      ]),
    }),
    changeManually: async (aws, _id, outputs) =>
      aws.use("ecs").send(new DeregisterTaskDefinitionCommand({ taskDefinition: text(outputs.arn) })),
    found: "gone",
  },
];
