import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Client } from "pg";
import { type ProbeMetricKey, probeEvents } from "../foundation/probeContract";
import { UserError } from "../foundation/userError";
import { ProbeMetrics } from "./cloudwatch";
import { connect } from "./connect";
import { type ProbeSettings, readEnvironment } from "./environment";
import { measurements } from "./measurements";

type Values = Partial<Record<ProbeMetricKey, number>>;

/**
 * Measures the database once and publishes the results. An unreachable database is published too, and is then reported as an
 * error of the function.
 * @throws UserError if the database cannot be reached
 */
export async function run(environment: NodeJS.ProcessEnv, log: (line: object) => void): Promise<void> {
  const settings = readEnvironment(environment);
  const metrics = new ProbeMetrics(settings.namespace);
  const client = await reach(settings, metrics, log);
  const values: Values = { reachable: 1, failedMeasurements: 0 };
  const found: Record<string, readonly string[]> = {};
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      values.failedMeasurements = (values.failedMeasurements ?? 0) + 1;
      log({ event: probeEvents.measurementFailed, measurement: name, reason: reasonOf(error) });
    }
  };

  try {
    for (const { name, measure } of measurements) {
      await attempt(name, async () => {
        const measured = await measure(client, settings.limits);
        Object.assign(values, measured.values);
        if (measured.found !== undefined && measured.found.length > 0) found[name] = measured.found;
      });
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  const now = new Date();
  await attempt("databaseGrowth", async () => {
    const before = values.databaseSize === undefined ? undefined : await metrics.sizeADayAgo(now);
    if (before !== undefined) values.databaseGrowth = (values.databaseSize ?? 0) - before;
  });
  await metrics.publish(values, now);
  log({ event: probeEvents.measured, ...values, found });
}

/** Logs in. If that fails, publishes 0, so the alarm does not have to wait for a missing value. */
async function reach(
  settings: ProbeSettings,
  metrics: ProbeMetrics,
  log: (line: object) => void,
): Promise<Client> {
  try {
    // Read on each run, so a rotated password takes effect immediately.
    return await connect(settings.database, await passwordOf(settings.passwordSecretArn));
  } catch (error) {
    const { host, port, database, user } = settings.database;
    const reason = `The database probe cannot reach database ${database} on ${host}:${port} as ${user}: ${reasonOf(error)}.`;
    log({ event: probeEvents.unreachable, reason });
    await metrics.publish({ reachable: 0 }, new Date());
    throw new UserError(reason, 1, { cause: error });
  }
}

async function passwordOf(secretArn: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: secretArn }),
  );
  if (SecretString === undefined) throw new Error(`the secret ${secretArn} has no string value`);
  return SecretString;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host name with several addresses fails with the errors of all, and has no message itself.
  const text = error.message || (error as NodeJS.ErrnoException).code || error.name;
  return text.replace(/\.$/, "");
}
