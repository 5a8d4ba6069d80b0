import { totalmem } from "node:os";
import * as z from "zod";
import { type SslMode, sslModes } from "../foundation/databaseTls";
import { UserError } from "../foundation/userError";

/** The location of backups. */
export interface StoreSettings {
  readonly region: string;
  readonly bucket: string;
  /** Whether to use `http://host/bucket` instead of `http://bucket.host`, which all S3 servers except AWS's need. */
  readonly forcePathStyle: boolean;
  /** A connection without traffic for this time is closed, and the read or write resumes on another one. */
  readonly timeoutSeconds: number;
}

/** A database connection, with libpq's PGHOST and so on. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `require` encrypts; `verify-full` also checks the server's certificate (PGSSLROOTCERT names the CA). */
  readonly sslMode: SslMode;
}

/** The Management API and the project. */
export interface ManagementApiSettings {
  readonly endpoint: string;
  readonly accessToken: string;
  readonly projectRef: string;
}

/** Supavisor and PgBouncer in transaction mode: each statement may run in another server session. */
const transactionPoolerPort = 6543;

const required = z.string({ error: "is not set" }).min(1, { error: "is empty" });
const wholeNumber = (min: number, max: number) =>
  z
    .string({ error: "is not set" })
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const port = wholeNumber(1, 65_535).refine((value) => value !== transactionPoolerPort, {
  error: `must not be ${transactionPoolerPort}: the pooler's transaction mode loses the snapshot; use the direct connection or the session pooler, port 5432`,
});

/** An address that the AWS SDK accepts. It would report another one without naming the variable. */
const endpoint = z
  .string()
  .refine((text) => text === "" || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)), {
    error: "must be a URL that begins with http:// or https://",
  })
  .optional();

const storeVariables = z
  .object({
    AWS_REGION: required,
    // The SDK also accepts the ARN of an access point.
    BACKUP_BUCKET: required.refine((text) => text.startsWith("arn:") || !text.includes("/"), {
      error: "must be the name of a bucket, without s3:// and without a path",
    }),
    BACKUP_S3_FORCE_PATH_STYLE: z.enum(["true", "false"], { error: "must be true or false" }).optional(),
    BACKUP_S3_TIMEOUT_SECONDS: wholeNumber(1, 600).default(60),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
  })
  .transform(
    (variables): StoreSettings => ({
      region: variables.AWS_REGION,
      bucket: variables.BACKUP_BUCKET,
      // A custom endpoint rarely has a DNS name per bucket.
      forcePathStyle:
        variables.BACKUP_S3_FORCE_PATH_STYLE === undefined
          ? Boolean(variables.AWS_ENDPOINT_URL_S3 || variables.AWS_ENDPOINT_URL)
          : variables.BACKUP_S3_FORCE_PATH_STYLE === "true",
      timeoutSeconds: variables.BACKUP_S3_TIMEOUT_SECONDS,
    }),
  );

const sourceVariables = z
  .object({
    PGHOST: required,
    PGPORT: port,
    // It is part of messages, and a connection string may contain a password.
    PGDATABASE: required.refine(
      (text) => !/^postgres(ql)?:\/\/|(?:^|\s)(?:dbname|host|password|service|user)\s*=/.test(text),
      { error: "must be the name of a database, not a connection string" },
    ),
    PGUSER: required,
    PGPASSWORD: required,
    PGSSLMODE: z.enum(sslModes, { error: `must be one of ${sslModes.join(", ")}` }).default("require"),
  })
  .transform(
    (variables): DatabaseSettings => ({
      host: variables.PGHOST,
      port: variables.PGPORT,
      database: variables.PGDATABASE,
      user: variables.PGUSER,
      password: variables.PGPASSWORD,
      sslMode: variables.PGSSLMODE,
    }),
  );

const targetVariables = z
  .object({ RESTORE_DATABASE_URL: required.transform(parseTargetUrl) })
  .transform((variables): DatabaseSettings => variables.RESTORE_DATABASE_URL);

const dumpVariables = z
  .object({ BACKUP_PARALLEL_DUMPS: wholeNumber(1, 16).default(4) })
  .transform((variables) => variables.BACKUP_PARALLEL_DUMPS);

/**
 * Returns the memory of the task in bytes: the smaller of the variable and the kernel's limit; undefined if neither
 * limits it.
 */
const memoryVariables = z
  .object({ BACKUP_MEMORY_MEGABYTES: wholeNumber(64, 9_999_999).optional() })
  .transform((variables): number | undefined => {
    const declared = (variables.BACKUP_MEMORY_MEGABYTES ?? Number.POSITIVE_INFINITY) * 1024 * 1024;
    // Zero, or more than the machine has, means no limit.
    const enforced = process.constrainedMemory();
    const limit = enforced > 0 && enforced < totalmem() ? Math.min(declared, enforced) : declared;
    return Number.isFinite(limit) ? limit : undefined;
  });

/** As `backup.retentionDays` and `backup.minimumRedundancy` in the stack's configuration. */
const retentionVariables = z
  .object({
    BACKUP_RETENTION_DAILY_DAYS: wholeNumber(1, 99_999).default(30),
    BACKUP_RETENTION_WEEKLY_DAYS: wholeNumber(1, 99_999).default(90),
    BACKUP_RETENTION_MONTHLY_DAYS: wholeNumber(1, 99_999).default(365),
    BACKUP_MINIMUM_REDUNDANCY: wholeNumber(1, 99_999).default(3),
  })
  .transform((variables) => ({
    dailyDays: variables.BACKUP_RETENTION_DAILY_DAYS,
    weeklyDays: variables.BACKUP_RETENTION_WEEKLY_DAYS,
    monthlyDays: variables.BACKUP_RETENTION_MONTHLY_DAYS,
    minimum: variables.BACKUP_MINIMUM_REDUNDANCY,
  }));

/** Undefined without a token or a project. The user of a pooler or the host of a project identifies the project. */
const managementApiVariables = z
  .object({
    SUPABASE_API_ENDPOINT: z.url({ error: "must be a URL" }).default("https://api.supabase.com"),
    SUPABASE_ACCESS_TOKEN: z.string().optional(),
    SUPABASE_PROJECT_REF: z.string().optional(),
    PGUSER: z.string().optional(),
    PGHOST: z.string().optional(),
  })
  .transform((variables): ManagementApiSettings | undefined => {
    const accessToken = variables.SUPABASE_ACCESS_TOKEN;
    const projectRef =
      variables.SUPABASE_PROJECT_REF || projectRefOf(variables.PGUSER ?? "", variables.PGHOST ?? "");
    if (!accessToken || !projectRef) return undefined;
    return { endpoint: variables.SUPABASE_API_ENDPOINT, accessToken, projectRef };
  });

/** Returns the project of a pooler's user (`postgres.<ref>`) or a project's host (`db.<ref>.supabase.co`). */
export function projectRefOf(user: string, host: string): string | undefined {
  return (
    /^[^.]+\.([a-z]{20})$/.exec(user)?.[1] ?? /^db\.([a-z]{20})\.supabase\./.exec(host)?.[1] ?? undefined
  );
}

/**
 * Returns the database whose backups a command is about; without a project if neither SUPABASE_PROJECT_REF nor PGUSER nor
 * PGHOST names one.
 */
const ownVariables = z
  .object({
    SUPABASE_PROJECT_REF: z.string().optional(),
    PGUSER: z.string().default(""),
    PGHOST: z.string().default(""),
    PGDATABASE: z.string().optional(),
  })
  .transform(({ SUPABASE_PROJECT_REF, PGUSER, PGHOST, PGDATABASE }) => ({
    projectRef: SUPABASE_PROJECT_REF || projectRefOf(PGUSER, PGHOST) || null,
    database: PGDATABASE || "postgres",
  }));

const parts = {
  store: storeVariables,
  source: sourceVariables,
  target: targetVariables,
  parallel: dumpVariables,
  memory: memoryVariables,
  retention: retentionVariables,
  managementApi: managementApiVariables,
  own: ownVariables,
};

/** Names of all variables that the program reads. PGSSLROOTCERT is read when the session is opened. */
export const taskVariableNames: ReadonlySet<string> = new Set([
  ...Object.values(parts).flatMap((part) => Object.keys((part.in as z.ZodObject).shape)),
  "PGSSLROOTCERT",
]);

type Parts = typeof parts;
export type Settings<Part extends keyof Parts> = { [Name in Part]: z.output<Parts[Name]> };

/**
 * Returns the settings that a command needs, from the variables that the ECS task definition sets.
 * @throws UserError with all errors and no received value.
 */
export function readEnvironment<Part extends keyof Parts>(
  wanted: readonly Part[],
  environment: NodeJS.ProcessEnv = process.env,
): Settings<Part> {
  const settings: Partial<Record<keyof Parts, unknown>> = {};
  const errors: string[] = [];
  for (const part of wanted) {
    const result = parts[part].safeParse(environment);
    if (result.success) settings[part] = result.data;
    else errors.push(...result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
  }
  if (errors.length > 0) {
    throw new UserError(
      errors.length === 1
        ? `The environment variable ${errors[0]}.`
        : `The environment has ${errors.length} errors:\n${errors.map((error) => `  ${error}`).join("\n")}`,
    );
  }
  return settings as Settings<Part>;
}

/** Parameters of a URL that are used, and those that do not affect a restore. */
const readParameters: ReadonlySet<string> = new Set([
  "sslmode",
  "application_name",
  "connect_timeout",
  "pgbouncer",
]);

function parseTargetUrl(text: string, context: z.RefinementCtx): DatabaseSettings {
  const fail = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  // A URL silently drops line breaks and tabs, and spaces at its ends.
  if (/[\t\r\n]|^ | $/.test(text)) {
    return fail(
      "begins or ends with a space, or contains a tab or a line break: percent-encode these characters in the password",
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^postgres(ql)?:$/.test(url.protocol) ||
    url.hostname === "" ||
    url.username === ""
  ) {
    return fail(
      "must be a URL of the form postgresql://user:password@host:port/database, with @ : / ? # % in the password percent-encoded",
    );
  }
  // The part after an @ or / in the password would be parsed as host and database.
  if (/[@/]/.test(url.pathname.slice(1)) || url.hash !== "") {
    return fail(
      "has an @, / or # in or after the database name: percent-encode these characters in the password",
    );
  }
  // libpq gives some of them precedence over the URL's host, so ignoring them would select another database.
  const unread = [...new Set(url.searchParams.keys())].filter((name) => !readParameters.has(name));
  if (unread.length > 0) {
    return fail(
      `has the unsupported parameter ${unread.join(", ")}: remove it; for a CA certificate, set PGSSLROOTCERT`,
    );
  }
  const repeated = url.searchParams.getAll("sslmode").length > 1;
  if (repeated) return fail("has more than one sslmode: keep one");
  const targetPort = port.safeParse(url.port === "" ? "5432" : url.port);
  if (!targetPort.success) return fail(`has a port that ${targetPort.error.issues[0]?.message}`);
  const sslMode = z.enum(sslModes).safeParse(url.searchParams.get("sslmode") ?? "require");
  if (!sslMode.success) return fail(`has an sslmode that is not one of ${sslModes.join(", ")}`);
  const parts = { database: url.pathname.slice(1), user: url.username, password: url.password };
  for (const [name, encoded] of Object.entries(parts)) {
    if (!isDecodable(encoded))
      return fail(`has a ${name} with a % that does not start a percent-encoded character: write % as %25`);
    // The protocol ends each value there, and would read the rest as another parameter.
    if (encoded.includes("%00"))
      return fail(`has a ${name} with %00, which PostgreSQL does not support: remove it`);
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: targetPort.data,
    database: decodeURIComponent(parts.database) || "postgres",
    user: decodeURIComponent(parts.user),
    password: decodeURIComponent(parts.password),
    sslMode: sslMode.data,
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
