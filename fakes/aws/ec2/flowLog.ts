import { CreateFlowLogsCommand, DeleteFlowLogsCommand, DescribeFlowLogsCommand } from "@aws-sdk/client-ec2";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { noFlowLog } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type FlowLogState = Tagged & {
  vpcId: string;
  trafficType: string;
  iamRoleArn: string;
  logDestination: string;
  logDestinationType: string;
  maxAggregationInterval: number;
  arn: string;
  logFormat: string;
  region: string;
};

const logGroup = ":log-group:";

/** A log of the connections in a network, in a log group. It is immutable. */
export const flowLog = resource<Aws, FlowLogState>({
  inputs: {
    vpcId: fixedText,
    trafficType: fixedText,
    iamRoleArn: fixedText,
    logDestination: fixedText,
    logDestinationType: { type: "string", default: "cloud-watch-logs", replaces: true },
    maxAggregationInterval: { type: "number", default: 600, replaces: true },
  },
  outputs: { arn: {}, logFormat: {}, region: {} },

  async create(aws, state, { signal }) {
    const { logDestination } = state;
    const { FlowLogIds = [], Unsuccessful = [] } = await aws.use("ec2").send(
      new CreateFlowLogsCommand({
        ResourceIds: [state.vpcId],
        ResourceType: "VPC",
        TrafficType: state.trafficType as "ALL",
        // moto finds the group only by its name; AWS accepts the name or the ARN.
        LogGroupName: logDestination.slice(logDestination.indexOf(logGroup) + logGroup.length),
        DeliverLogsPermissionArn: state.iamRoleArn,
        MaxAggregationInterval: state.maxAggregationInterval,
        ...tagSpecifications("vpc-flow-log", state),
      }),
      { abortSignal: signal },
    );
    const [problem] = Unsuccessful;
    if (problem !== undefined) {
      throw new UserError(`AWS ec2 CreateFlowLogs: ${problem.Error?.Code}: ${problem.Error?.Message}`);
    }
    return { id: present(FlowLogIds[0], "the id of the new flow log") };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeFlowLogsCommand({ FlowLogIds: [id] });
    const answer = await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noFlowLog);
    const found = answer?.FlowLogs?.[0];
    if (found === undefined) return undefined;
    const account = await aws.accountId();
    return {
      id,
      state: {
        vpcId: found.ResourceId,
        trafficType: found.TrafficType,
        iamRoleArn: found.DeliverLogsPermissionArn,
        logDestination: `arn:aws:logs:${aws.region}:${account}${logGroup}${found.LogGroupName}`,
        logDestinationType: found.LogDestinationType ?? "cloud-watch-logs",
        maxAggregationInterval: found.MaxAggregationInterval ?? 600,
        arn: `arn:aws:ec2:${aws.region}:${account}:vpc-flow-log/${id}`,
        logFormat: found.LogFormat ?? "",
        region: aws.region,
      },
    };
  },

  async delete(aws, id, _state, { signal }) {
    const command = new DeleteFlowLogsCommand({ FlowLogIds: [id] });
    await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noFlowLog);
  },
});
