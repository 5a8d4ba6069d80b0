import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { vi } from "vitest";
import { startAws } from "../../emulators/aws";
import {
  type ProbeMetricKey,
  type ProbeVariable,
  probeEvents,
  probeMetrics,
} from "../../foundation/probeContract";
import { run } from "../../probe/run";

type Environment = Readonly<Record<ProbeVariable, string>>;

/** The metrics that one run of the probe published, read from CloudWatch, and its log. */
export interface ProbeRun {
  readonly metrics: Readonly<Partial<Record<ProbeMetricKey, number>>>;
  readonly log: readonly Record<string, unknown>[];
  /** The message of the error with which the run ended. */
  readonly failure?: string;
}

/** Returns the names in the log for a metric. */
export function found({ log }: ProbeRun, metric: string): string[] | undefined {
  const line = log.find(({ event }) => event === probeEvents.measured);
  return (line?.found as Record<string, string[]> | undefined)?.[metric];
}

/** The local AWS to which the probe publishes. */
export interface ProbeAws {
  /** ARN of the secret with the password. */
  readonly secretArn: string;
  setPassword(password: string): Promise<void>;
  /** Runs the probe in a unique namespace, which can already contain an earlier size. */
  probe(
    environment: Omit<Environment, "PROBE_METRIC_NAMESPACE" | "PROBE_PASSWORD_SECRET_ARN" | "PGSSLROOTCERT">,
    more?: Partial<Environment>,
    sizeBefore?: { readonly bytes: number; readonly hoursAgo: number },
  ): Promise<ProbeRun>;
  stop(): Promise<void>;
}

export async function startProbeAws(password: string): Promise<ProbeAws> {
  const directory = mkdtempSync(path.join(tmpdir(), "thorbis probe "));
  const service = await startAws({ directory });
  // The SDK reads its configuration from these variables, as in Lambda.
  const variables = {
    AWS_ENDPOINT_URL: service.endpoint,
    AWS_REGION: service.region,
    AWS_ACCESS_KEY_ID: service.accessKey,
    AWS_SECRET_ACCESS_KEY: service.secretKey,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const secrets = new SecretsManagerClient({});
  const cloudWatch = new CloudWatchClient({});
  const { ARN: secretArn = "" } = await secrets.send(
    new CreateSecretCommand({ Name: "probe/password", SecretString: password }),
  );
  let runs = 0;

  async function published(Namespace: string): Promise<ProbeRun["metrics"]> {
    const entries = await Promise.all(
      Object.entries(probeMetrics).map(async ([key, { name, unit }]) => {
        const { Datapoints = [] } = await cloudWatch.send(
          new GetMetricStatisticsCommand({
            Namespace,
            MetricName: name,
            Unit: unit,
            StartTime: new Date(Date.now() - 600_000),
            EndTime: new Date(Date.now() + 60_000),
            Period: 3600,
            Statistics: ["Maximum"],
          }),
        );
        return Datapoints.map(({ Maximum }) => [key, Maximum]);
      }),
    );
    return Object.fromEntries(entries.flat());
  }

  return {
    secretArn,
    async setPassword(text) {
      await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: text }));
    },
    async probe(environment, more, sizeBefore) {
      runs += 1;
      const namespace = `probe-${runs}/database`;
      if (sizeBefore !== undefined) {
        const { name, unit } = probeMetrics.databaseSize;
        const Timestamp = new Date(Date.now() - sizeBefore.hoursAgo * 3_600_000);
        await cloudWatch.send(
          new PutMetricDataCommand({
            Namespace: namespace,
            MetricData: [{ MetricName: name, Unit: unit, Value: sizeBefore.bytes, Timestamp }],
          }),
        );
      }
      const log: Record<string, unknown>[] = [];
      const failure = await run(
        {
          ...environment,
          PROBE_METRIC_NAMESPACE: namespace,
          PROBE_PASSWORD_SECRET_ARN: secretArn,
          ...more,
        },
        (line) => log.push({ ...line }),
      ).then(
        () => undefined,
        (error: Error) => error.message,
      );
      return { metrics: await published(namespace), log, ...(failure !== undefined && { failure }) };
    },
    async stop() {
      vi.unstubAllEnvs();
      await service.stop();
      rmSync(directory, { recursive: true });
    },
  };
}
