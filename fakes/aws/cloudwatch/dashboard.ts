import {
  DeleteDashboardsCommand,
  GetDashboardCommand,
  PutDashboardCommand,
} from "@aws-sdk/client-cloudwatch";
import { resource, sameJson } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText } from "../properties";

type DashboardState = {
  dashboardName: string;
  dashboardBody: string;
  dashboardArn: string;
  region: string;
};

const missingDashboard = "ResourceNotFound";

/** A dashboard; its id is its name. */
export const dashboard = resource<Aws, DashboardState>({
  inputs: {
    dashboardName: fixedText,
    dashboardBody: { type: "string", required: true, same: sameJson },
  },
  outputs: { dashboardArn: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: state.dashboardName };
  },

  async read(aws, id, _known, { signal }) {
    const found = await unlessMissing(
      aws.use("cloudwatch").send(new GetDashboardCommand({ DashboardName: id }), { abortSignal: signal }),
      missingDashboard,
      "ResourceNotFoundException",
    );
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        dashboardName: id,
        dashboardBody: found.DashboardBody ?? "",
        dashboardArn: found.DashboardArn ?? "",
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(
      aws
        .use("cloudwatch")
        .send(new DeleteDashboardsCommand({ DashboardNames: [id] }), { abortSignal: signal }),
      missingDashboard,
      "ResourceNotFoundException",
    );
  },
});

async function put(aws: Aws, state: DashboardState, signal: AbortSignal): Promise<void> {
  await aws
    .use("cloudwatch")
    .send(
      new PutDashboardCommand({ DashboardName: state.dashboardName, DashboardBody: state.dashboardBody }),
      { abortSignal: signal },
    );
}
