import {
  type ComparisonOperator,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type StandardUnit,
  type Statistic,
} from "@aws-sdk/client-cloudwatch";
import { resource } from "../../engine/table";
import { inBatches } from "../batch";
import type { Aws } from "../client";
import { fixedText, flag, requiredText } from "../properties";

type MetricAlarmState = {
  name: string;
  alarmDescription?: string;
  comparisonOperator: string;
  evaluationPeriods: number;
  datapointsToAlarm?: number;
  metricName?: string;
  namespace?: string;
  dimensions?: Record<string, string>;
  period?: number;
  statistic?: string;
  threshold?: number;
  unit?: string;
  treatMissingData: string;
  actionsEnabled: boolean;
  alarmActions?: string[];
  okActions?: string[];
  insufficientDataActions?: string[];
  arn: string;
  evaluateLowSampleCountPercentiles: string;
  region: string;
};

const actions = { type: "list", unordered: true } as const;

/** An alarm on one metric. Alarms on expressions are not supported. */
export const metricAlarm = resource<Aws, MetricAlarmState>({
  autoname: { maxLength: 255 },
  inputs: {
    name: fixedText,
    alarmDescription: { type: "string" },
    comparisonOperator: requiredText,
    evaluationPeriods: { type: "number", required: true },
    datapointsToAlarm: { type: "number" },
    metricName: { type: "string" },
    namespace: { type: "string" },
    dimensions: { type: "map" },
    period: { type: "number" },
    statistic: { type: "string" },
    threshold: { type: "number" },
    unit: { type: "string" },
    treatMissingData: { type: "string", default: "missing" },
    actionsEnabled: flag(true),
    alarmActions: actions,
    okActions: actions,
    insufficientDataActions: actions,
  },
  outputs: { arn: {}, evaluateLowSampleCountPercentiles: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: state.name };
  },

  async read(aws, id, _known, { signal }) {
    const found = await findAlarm(aws, id, signal);
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        name: id,
        alarmDescription: found.AlarmDescription ?? "",
        comparisonOperator: found.ComparisonOperator,
        evaluationPeriods: found.EvaluationPeriods,
        datapointsToAlarm: found.DatapointsToAlarm ?? 0,
        metricName: found.MetricName ?? "",
        namespace: found.Namespace ?? "",
        dimensions: Object.fromEntries(
          (found.Dimensions ?? []).map(({ Name, Value }) => [Name ?? "", Value ?? ""]),
        ),
        period: found.Period ?? 0,
        statistic: found.Statistic ?? "",
        threshold: found.Threshold ?? 0,
        unit: found.Unit ?? "",
        treatMissingData: found.TreatMissingData ?? "missing",
        actionsEnabled: found.ActionsEnabled ?? true,
        alarmActions: found.AlarmActions ?? [],
        okActions: found.OKActions ?? [],
        insufficientDataActions: found.InsufficientDataActions ?? [],
        arn: found.AlarmArn,
        evaluateLowSampleCountPercentiles: found.EvaluateLowSampleCountPercentile ?? "",
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, id, _state, { signal }) {
    const cloudwatch = aws.use("cloudwatch");
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] }), { abortSignal: signal });
  },
});

const findAlarm = inBatches<MetricAlarm>(async (aws, AlarmNames, options) => {
  const command = new DescribeAlarmsCommand({ AlarmNames: [...AlarmNames], MaxRecords: AlarmNames.length });
  const { MetricAlarms = [] } = await aws.use("cloudwatch").send(command, options);
  return new Map(MetricAlarms.map((alarm) => [alarm.AlarmName ?? "", alarm]));
});

async function put(aws: Aws, state: MetricAlarmState, signal: AbortSignal): Promise<void> {
  const cloudwatch = aws.use("cloudwatch");
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: state.name,
      AlarmDescription: state.alarmDescription,
      ComparisonOperator: state.comparisonOperator as ComparisonOperator,
      EvaluationPeriods: state.evaluationPeriods,
      DatapointsToAlarm: state.datapointsToAlarm || undefined,
      MetricName: state.metricName,
      Namespace: state.namespace,
      Dimensions: Object.entries(state.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
      Period: state.period,
      Statistic: state.statistic as Statistic | undefined,
      Threshold: state.threshold ?? 0,
      Unit: (state.unit || undefined) as StandardUnit | undefined,
      TreatMissingData: state.treatMissingData,
      ActionsEnabled: state.actionsEnabled,
      AlarmActions: state.alarmActions ?? [],
      OKActions: state.okActions ?? [],
      InsufficientDataActions: state.insufficientDataActions ?? [],
    }),
    { abortSignal: signal },
  );
}
