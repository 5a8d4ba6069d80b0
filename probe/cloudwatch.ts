import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { type ProbeMetricKey, probeMetrics } from "../foundation/probeContract";

const dayMilliseconds = 24 * 3600 * 1000;
/** The maximum age beyond a day, in milliseconds, of the size from which the growth within a day is computed. */
const windowMilliseconds = 3600 * 1000;

/** The probe's metrics of one stack. The SDK reads region, credentials and endpoint from the environment. */
export class ProbeMetrics {
  readonly #client = new CloudWatchClient({});

  constructor(private readonly namespace: string) {}

  /** Publishes one value of each metric, in one request. */
  async publish(values: Readonly<Partial<Record<ProbeMetricKey, number>>>, at: Date): Promise<void> {
    await this.#client.send(
      new PutMetricDataCommand({
        Namespace: this.namespace,
        MetricData: Object.entries(values).map(([key, Value]) => {
          const { name, unit } = probeMetrics[key as ProbeMetricKey];
          return { MetricName: name, Unit: unit, Value, Timestamp: at };
        }),
      }),
    );
  }

  /**
   * Returns the size of the database a day ago, in bytes: the newest value that is at least that old.
   * Undefined if there is none.
   */
  async sizeADayAgo(now: Date): Promise<number | undefined> {
    const until = now.getTime() - dayMilliseconds;
    const { Datapoints = [] } = await this.#client.send(
      new GetMetricStatisticsCommand({
        Namespace: this.namespace,
        MetricName: probeMetrics.databaseSize.name,
        StartTime: new Date(until - windowMilliseconds),
        EndTime: new Date(until),
        Period: 60,
        Statistics: ["Maximum"],
      }),
    );
    const times = Datapoints.flatMap(({ Timestamp, Maximum }) =>
      Timestamp === undefined || Maximum === undefined ? [] : [{ at: Timestamp.getTime(), size: Maximum }],
    );
    return times.sort((one, other) => other.at - one.at)[0]?.size;
  }
}
