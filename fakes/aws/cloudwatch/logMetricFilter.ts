import {
  DeleteMetricFilterCommand,
  DescribeMetricFiltersCommand,
  type MetricFilter,
  PutMetricFilterCommand,
  type StandardUnit,
} from "@aws-sdk/client-cloudwatch-logs";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import { inBatches } from "../batch";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, requiredText, structure } from "../properties";

type LogMetricFilterState = {
  name: string;
  logGroupName: string;
  pattern: string;
  metricTransformation: {
    name: string;
    namespace: string;
    value: string;
    unit?: string;
    defaultValue?: string;
  };
  applyOnTransformedLogs?: boolean;
  region: string;
};

/** A metric from log lines. Its id is its name, which is unique within the log group. */
export const logMetricFilter = resource<Aws, LogMetricFilterState>({
  autoname: { maxLength: 512 },
  inputs: {
    name: fixedText,
    logGroupName: fixedText,
    pattern: requiredText,
    metricTransformation: structure("map", { required: true }),
  },
  outputs: { applyOnTransformedLogs: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: state.name };
  },

  async read(aws, id, known, { signal }) {
    // As with the official plugin, the id of an import is `<log group>:<name>`.
    const [logGroupName = "", name = ""] =
      known.logGroupName === undefined ? id.split(":") : [known.logGroupName, known.name ?? id];
    if (name === "")
      throw new UserError(`To import a metric filter, use the ID <log group>:<filter> instead of ${id}.`);
    const filter = await find(aws, { logGroupName, name, signal });
    if (filter === undefined) return undefined;
    const [transformation] = filter.metricTransformations ?? [];
    return {
      id: name,
      state: {
        name,
        logGroupName,
        pattern: filter.filterPattern ?? "",
        metricTransformation: {
          name: transformation?.metricName ?? "",
          namespace: transformation?.metricNamespace ?? "",
          value: transformation?.metricValue ?? "",
          unit: transformation?.unit ?? "None",
          ...(transformation?.defaultValue !== undefined && {
            defaultValue: String(transformation.defaultValue),
          }),
        },
        applyOnTransformedLogs: filter.applyOnTransformedLogs ?? false,
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, _id, { logGroupName, name }, { signal }) {
    const logs = aws.use("logs");
    // If several have the same name (see below), moto may leave some.
    while ((await find(aws, { logGroupName, name, signal })) !== undefined) {
      await logs.send(new DeleteMetricFilterCommand({ logGroupName, filterName: name }), {
        abortSignal: signal,
      });
    }
  },
});

/** Returns the last version of the filter. AWS replaces the previous one; moto keeps them all, in order. */
async function find(
  aws: Aws,
  {
    logGroupName,
    name,
    signal,
  }: { readonly logGroupName: string; readonly name: string; readonly signal: AbortSignal },
): Promise<MetricFilter | undefined> {
  const filters = (await filtersOf(aws, logGroupName, signal)) ?? [];
  return filters.findLast(({ filterName }) => filterName === name);
}

const filtersOf = inBatches<readonly MetricFilter[]>(async (aws, logGroups, options) => {
  const found = new Map<string, MetricFilter[]>();
  for (const logGroupName of logGroups) found.set(logGroupName, await allFilters(aws, logGroupName, options));
  return found;
});

async function allFilters(
  aws: Aws,
  logGroupName: string,
  options: { readonly abortSignal: AbortSignal },
): Promise<MetricFilter[]> {
  const filters: MetricFilter[] = [];
  let nextToken: string | undefined;
  do {
    const page = await unlessMissing(
      aws.use("logs").send(new DescribeMetricFiltersCommand({ logGroupName, nextToken }), options),
      "ResourceNotFoundException",
    );
    filters.push(...(page?.metricFilters ?? []));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return filters;
}

async function put(aws: Aws, state: LogMetricFilterState, signal: AbortSignal): Promise<void> {
  const logs = aws.use("logs");
  const { name, namespace, value, unit, defaultValue } = state.metricTransformation;
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: state.logGroupName,
      filterName: state.name,
      filterPattern: state.pattern,
      metricTransformations: [
        {
          metricName: name,
          metricNamespace: namespace,
          metricValue: value,
          unit: (unit || undefined) as StandardUnit | undefined,
          ...(defaultValue && { defaultValue: Number(defaultValue) }),
        },
      ],
    }),
    { abortSignal: signal },
  );
}
