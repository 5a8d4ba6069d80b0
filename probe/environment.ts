import * as z from "zod";
import { sslModes } from "../foundation/databaseTls";
import type { ProbeVariable } from "../foundation/probeContract";
import { UserError } from "../foundation/userError";

const required = z.string({ error: "is not set" }).min(1, { error: "is empty" });
const wholeNumber = (min: number, max: number) =>
  z
    .string({ error: "is not set" })
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const variables = z
  .object({
    PGHOST: required,
    PGPORT: wholeNumber(1, 65_535),
    PGDATABASE: required,
    PGUSER: required,
    PGSSLMODE: z.enum(sslModes, { error: `must be one of ${sslModes.join(", ")}` }),
    PGSSLROOTCERT: z.string().optional(),
    PROBE_METRIC_NAMESPACE: required,
    PROBE_PASSWORD_SECRET_ARN: required,
    // Names of schemas, separated by commas. Empty if the Data API is off.
    PROBE_EXPOSED_SCHEMAS: z.string({ error: "is not set" }),
    PROBE_SLOW_STATEMENT_MILLISECONDS: wholeNumber(1, 86_400_000),
    PROBE_BLOCKED_SECONDS: wholeNumber(0, 86_400),
  } satisfies Readonly<Record<ProbeVariable, z.ZodType>>)
  .transform((values) => ({
    database: {
      host: values.PGHOST,
      port: values.PGPORT,
      database: values.PGDATABASE,
      user: values.PGUSER,
      sslMode: values.PGSSLMODE,
      sslRootCertificate: values.PGSSLROOTCERT,
    },
    passwordSecretArn: values.PROBE_PASSWORD_SECRET_ARN,
    namespace: values.PROBE_METRIC_NAMESPACE,
    limits: {
      exposedSchemas: values.PROBE_EXPOSED_SCHEMAS.split(",").filter((name) => name !== ""),
      slowStatementMilliseconds: values.PROBE_SLOW_STATEMENT_MILLISECONDS,
      blockedSeconds: values.PROBE_BLOCKED_SECONDS,
    },
  }));

/** The stack's settings of the probe. */
export type ProbeSettings = z.output<typeof variables>;
/** The settings of the measurements. */
export type MeasurementLimits = ProbeSettings["limits"];

/**
 * Reads the variables that the stack sets for the function.
 * @throws UserError that lists all errors at once, without any received value.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): ProbeSettings {
  const result = variables.safeParse(environment);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `  ${issue.path.join(".")} ${issue.message}`);
  throw new UserError(`The environment of the database probe is wrong:\n${issues.join("\n")}`);
}
