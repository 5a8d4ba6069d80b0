import { GetScheduleCommand, TagResourceCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { type Case, output, text } from "./case";

/** Cases of EventBridge Scheduler, each after those on which it depends. */
export const schedulerCases: readonly Case[] = [
  {
    token: "aws:scheduler/scheduleGroup:ScheduleGroup",
    inputs: () => ({ name: "specimen", tags: { team: "platform" } }),
    changeManually: async (aws, _id, outputs) =>
      aws.use("scheduler").send(
        new TagResourceCommand({
          ResourceArn: text(outputs.arn),
          Tags: [
            { Key: "team", Value: "other" },
            { Key: "owner", Value: "me" },
          ],
        }),
      ),
    found: { "tags.owner": "delete", "tags.team": "update" },
  },
  {
    token: "aws:scheduler/schedule:Schedule",
    inputs: (world) => ({
      name: "specimen",
      groupName: output(world, "ScheduleGroup", "name"),
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
      target: {
        arn: output(world, "Cluster", "arn"),
        roleArn: output(world, "Role", "arn"),
        ecsParameters: {
          taskDefinitionArn: output(world, "TaskDefinition", "arn"),
          launchType: "FARGATE",
          networkConfiguration: {
            subnets: ["subnet-b", "subnet-a"],
            securityGroups: [output(world, "SecurityGroup", "id")],
            assignPublicIp: false,
          },
        },
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: output(world, "Queue", "arn") },
      },
    }),
    changeManually: async (aws, id) => {
      const scheduler = aws.use("scheduler");
      const [GroupName, Name] = id.split("/");
      const { Target, FlexibleTimeWindow } = await scheduler.send(
        new GetScheduleCommand({ GroupName, Name }),
      );
      const ScheduleExpression = "rate(7 days)";
      await scheduler.send(
        new UpdateScheduleCommand({
          GroupName,
          Name,
          Target,
          FlexibleTimeWindow,
          ScheduleExpression,
          State: "DISABLED",
        }),
      );
    },
    found: { scheduleExpression: "update", scheduleExpressionTimezone: "update", state: "update" },
  },
];
