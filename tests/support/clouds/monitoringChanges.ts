import {
  DeleteDashboardsCommand,
  GetDashboardCommand,
  PutDashboardCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { CloudChanges } from "./manualChange";

/** Manual changes of the database probe and its dashboard. */
export const monitoringChanges: CloudChanges = {
  "aws:lambda/function:Function": {
    look: async ({ lambda }, { id }) => {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: id }));
      return {
        code: found.CodeSha256,
        role: found.Role,
        runtime: found.Runtime,
        timeout: found.Timeout,
        variables: found.Environment?.Variables,
      };
    },
    change: async ({ lambda }, { id }) =>
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: id, Timeout: 1 })),
    reports: ["timeout"],
    deletion: {
      remove: async ({ lambda }, { id }) =>
        await lambda.send(new DeleteFunctionCommand({ FunctionName: id })),
    },
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    look: async ({ alarms }, { id }) =>
      (await alarms.send(new GetDashboardCommand({ DashboardName: id }))).DashboardBody,
    change: async ({ alarms }, { id }) =>
      await alarms.send(new PutDashboardCommand({ DashboardName: id, DashboardBody: '{"widgets":[]}' })),
    reports: ["dashboardBody"],
    deletion: {
      remove: async ({ alarms }, { id }) =>
        await alarms.send(new DeleteDashboardsCommand({ DashboardNames: [id] })),
    },
  },
};
