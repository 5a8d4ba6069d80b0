import { PutFunctionConcurrencyCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { archiveOf, type Case, output } from "./case";

/** Cases of Lambda, each after those on which it depends. */
export const lambdaCases: readonly Case[] = [
  {
    token: "aws:lambda/function:Function",
    inputs: (world) => ({
      name: "specimen",
      description: "Specimen",
      role: output(world, "Role", "arn"),
      handler: "index.handler",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      code: archiveOf("exports.handler = 1;", "one"),
      environment: { variables: { PLACE: "here" } },
      loggingConfig: { logFormat: "Text", logGroup: output(world, "LogGroup", "name") },
      timeout: 30,
    }),
    changeManually: async (aws, id) => {
      const lambda = aws.use("lambda");
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: id,
          Timeout: 60,
          Environment: { Variables: { PLACE: "there" } },
        }),
      );
      await lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: id, ReservedConcurrentExecutions: 0 }),
      );
    },
    found: {
      timeout: "update",
      "environment.variables.PLACE": "update",
      reservedConcurrentExecutions: "update",
    },
  },
];
