import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { checkStackConfig, parseStackConfig } from "../../config/parse";
import { staticSecretLeaves } from "../../config/secretLeaves";
import { UserError } from "../../foundation/userError";
import { canary, development, developmentSecrets, inputOf, key, withValue } from "./specimens";

const errorOf = (run: () => unknown): UserError => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("a valid configuration", () => {
  test("is typed, with its defaults and its secrets at their paths", () => {
    const config = parseStackConfig(inputOf("dev", development, developmentSecrets));

    expect(config.project.instanceSize).toBe("micro");
    expect(config.sql).toEqual({
      accept: [],
      watch: "database",
      directory: "sql",
      dryRun: "live",
      prune: "report",
      hazards: "report",
      lockWaitSeconds: 60,
      lockTimeoutSeconds: 5,
      lockRetries: 5,
      statementTimeoutSeconds: 600,
      dryRunStatementTimeoutSeconds: 60,
      dryRunMaxTableMegabytes: 1000,
      allowAhead: false,
    });
    expect(config.backup.retentionDays).toEqual({ daily: 30, weekly: 90, monthly: 365 });
    expect(config.database.password.reveal()).toBe(canary);
    expect(config.auth.smtp?.password.reveal()).toBe(canary);
    expect(config.functions.secrets.STRIPE_KEY?.reveal()).toBe(canary);
  });

  test("never prints a secret", () => {
    const config = parseStackConfig(inputOf("dev", development, developmentSecrets));

    expect(JSON.stringify(config)).not.toContain(canary);
    expect(inspect(config, { depth: 10, showHidden: true })).not.toContain(canary);
    expect(`${config.database.password}`).toBe("[secret]");
  });
});

test("one run reports every error, sorted, each with the key as typed and the command that corrects it", () => {
  const input = inputOf(
    "dev",
    {
      ...development,
      project: { ...development.project, instanceSize: "nano", regoin: "us-east-1" },
      auth: { ...development.auth, jwtExpirySeconds: "3600" },
      backup: {
        ...development.backup,
        bucketName: "thorbis.backups",
        retentionDays: { daily: 60, weekly: 30 },
      },
      network: {},
    },
    developmentSecrets.filter((name) => name !== "authSmtpPassword"),
  );
  const values = { ...input.values, [key("databse")]: "{}", "supabase:accessToken": canary };
  const secretKeys = input.secretKeys.filter((name) => name !== key("databasePassword"));

  const error = errorOf(() => parseStackConfig({ stack: "dev", values, secretKeys }));

  expect(error.message).toBe(`The configuration of stack dev has 10 errors; nothing was changed.

  supabase:accessToken is a secret but was given in plain text
    pulumi config set --stack dev --secret supabase:accessToken
  thorbis-supabase:auth.jwtExpirySeconds must be a whole number
    pulumi config set --stack dev --path 'thorbis-supabase:auth.jwtExpirySeconds' 3600
  thorbis-supabase:authSmtpPassword is missing; it is a secret
    pulumi config set --stack dev --secret thorbis-supabase:authSmtpPassword
  thorbis-supabase:backup.bucketName must be 3 to 63 lower-case letters, digits and hyphens, no dots, no hyphen at either end
    pulumi config set --stack dev --path 'thorbis-supabase:backup.bucketName' thorbis-backups-dev
  thorbis-supabase:backup.retentionDays.weekly must not be less than backup.retentionDays.daily
    pulumi config set --stack dev --path 'thorbis-supabase:backup.retentionDays.weekly' 60
  thorbis-supabase:databasePassword is a secret but was given in plain text; change it where it is used, too
    pulumi config set --stack dev --secret thorbis-supabase:databasePassword
  thorbis-supabase:databse is not a known key; did you mean thorbis-supabase:database?
    pulumi config rm --stack dev 'thorbis-supabase:databse'
  thorbis-supabase:network.allowedCidrs is missing
    pulumi config set --stack dev --path 'thorbis-supabase:network.allowedCidrs[0]' 203.0.113.0/24
  thorbis-supabase:project.instanceSize must be one of: micro, small, medium, large, xlarge, 2xlarge, 4xlarge, 8xlarge, 12xlarge, 16xlarge, 24xlarge, 24xlarge_optimized_memory, 24xlarge_optimized_cpu, 24xlarge_high_memory, 48xlarge, 48xlarge_optimized_memory, 48xlarge_optimized_cpu, 48xlarge_high_memory
    pulumi config set --stack dev --path 'thorbis-supabase:project.instanceSize' micro
  thorbis-supabase:project.regoin is not a known key; did you mean thorbis-supabase:project.region?
    pulumi config rm --stack dev --path 'thorbis-supabase:project.regoin'`);
});

test("a stack without any configuration gets an error for each key without a default", () => {
  const { issues } = checkStackConfig({ stack: "dev", values: {}, secretKeys: [] });

  expect(issues.map(({ key, message }) => `${key} ${message}`)).toEqual([
    "thorbis-supabase:auth.siteUrl is missing",
    "thorbis-supabase:backup.bucketName is missing",
    "thorbis-supabase:backup.image is missing",
    "thorbis-supabase:databasePassword is missing; it is a secret",
    "thorbis-supabase:databaseRolesBackupPassword is missing; it is a secret",
    "thorbis-supabase:databaseRolesMonitoringPassword is missing; it is a secret",
    "thorbis-supabase:databaseRolesPreviewPassword is missing; it is a secret",
    "thorbis-supabase:network.allowedCidrs is missing",
    "thorbis-supabase:project.environment is missing",
    "thorbis-supabase:project.name is missing",
    "thorbis-supabase:project.organizationId is missing",
    "thorbis-supabase:project.region is missing",
  ]);
});

describe("secrets", () => {
  const keysOf = (issues: { key: string }[]) => issues.map((issue) => issue.key);

  test.each(developmentSecrets)(
    "%s in plain text is the only error, and no message contains its text",
    (name) => {
      const input = inputOf("dev", development, developmentSecrets);

      const { issues } = checkStackConfig({
        ...input,
        secretKeys: input.secretKeys.filter((secret) => secret !== key(name)),
      });

      expect(keysOf(issues)).toEqual([key(name)]);
      expect(issues[0]?.command).toBe(`pulumi config set --stack dev --secret ${key(name)}`);
      expect(JSON.stringify(issues)).not.toContain(canary);
    },
  );

  test.each(staticSecretLeaves.map(({ path, key }) => ({ path, key })))(
    "$path inside its area's object is an issue, plain or secret",
    ({ path, key: secretKey }) => {
      const areas = withValue(development, path, canary);
      const secrets = developmentSecrets.filter((name) => key(name) !== secretKey);
      const plain = inputOf("dev", areas, secrets);
      const nested = { ...plain, secretKeys: [...plain.secretKeys, key(path[0] ?? "")] };

      for (const input of [plain, nested]) {
        const { issues } = checkStackConfig(input);

        expect(issues.map((issue) => `${issue.key} ${issue.message}`)).toEqual([
          `${key(path.join("."))} is a secret and has its own key: ${secretKey}`,
        ]);
        expect(JSON.stringify(issues)).not.toContain(canary);
      }
    },
  );

  test("a plain leaf set with --secret would reach the program in plain text, so it is refused", () => {
    const input = inputOf("dev", development, developmentSecrets);

    const { issues } = checkStackConfig({ ...input, secretKeys: [...input.secretKeys, key("auth")] });

    expect(issues).toEqual([
      {
        key: key("auth"),
        message:
          "contains a value that was set with --secret but is not one of the secrets; set it again without",
        command: "pulumi config set --stack dev --path 'thorbis-supabase:auth.<name>' '<value>'",
      },
    ]);
  });

  test("a secret whose group is not configured is not used", () => {
    const areas = withValue(development, ["auth", "smtp"], undefined);

    const { issues } = checkStackConfig(inputOf("dev", areas, developmentSecrets));

    expect(issues.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "thorbis-supabase:authSmtpPassword is not used; thorbis-supabase:auth.smtp is not configured",
    ]);
  });

  test("a secret of the edge functions must be listed, and a listed one must be set", () => {
    const areas = withValue(development, ["functions", "secretNames"], ["OTHER_KEY"]);

    const { issues } = checkStackConfig(inputOf("dev", areas, developmentSecrets));

    expect(issues.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "thorbis-supabase:functionsSecretsOTHER_KEY is missing; it is a secret",
      "thorbis-supabase:functionsSecretsSTRIPE_KEY is not used; functions.secretNames does not list STRIPE_KEY",
    ]);
  });

  test.each([
    ["", "must not be empty"],
    ["  ", "must not be empty"],
    ["short", "must be 16 to 128 characters of A-Z a-z 0-9 . _ ~ - (others would need encoding in URLs)"],
    [
      "p@ssword/with:colons",
      "must be 16 to 128 characters of A-Z a-z 0-9 . _ ~ - (others would need encoding in URLs)",
    ],
  ])("a database password such as %j is refused", (text, message) => {
    const input = inputOf("dev", development, developmentSecrets);

    const { issues } = checkStackConfig({
      ...input,
      values: { ...input.values, [key("databasePassword")]: text },
    });

    expect(issues.map((issue) => `${issue.key} ${issue.message}`)).toEqual([
      `${key("databasePassword")} ${message}`,
    ]);
  });
});

describe("unknown keys", () => {
  const issuesWith = (extra: Record<string, string>) => {
    const input = inputOf("dev", development, developmentSecrets);
    return checkStackConfig({ ...input, values: { ...input.values, ...extra } }).issues.map(
      (issue) => `${issue.key} ${issue.message}`,
    );
  };

  test("in another package's namespace are ignored", () => {
    expect(issuesWith({ "aws:region": "us-east-1", "other:key": "x" })).toEqual([]);
  });

  test("in a namespace that looks like ours are refused", () => {
    expect(issuesWith({ "thorbis-supbase:auth": "{}" })).toEqual([
      "thorbis-supbase:auth is not a known key; did you mean thorbis-supabase:auth?",
    ]);
  });

  test("get no suggestion if they resemble no known key", () => {
    expect(issuesWith({ [key("zzzzzz")]: "1" })).toEqual(["thorbis-supabase:zzzzzz is not a known key"]);
  });

  test.each(["constructor", "__proto__", "toString"])(
    "named like an inherited property (%s) are unknown too",
    (name) => {
      expect(issuesWith({ [key(name)]: "1" })).toEqual([`thorbis-supabase:${name} is not a known key`]);
    },
  );

  test("deep inside a list are named with their index", () => {
    const areas = withValue(
      development,
      ["functions", "list"],
      [{ slug: "a", entrypoint: "a.ts", entrypont: "b.ts" }],
    );

    const { issues } = checkStackConfig(inputOf("dev", areas, developmentSecrets));

    expect(issues).toEqual([
      {
        key: "thorbis-supabase:functions.list[0].entrypont",
        message: "is not a known key; did you mean thorbis-supabase:functions.list[0].entrypoint?",
        command: "pulumi config rm --stack dev --path 'thorbis-supabase:functions.list[0].entrypont'",
      },
    ]);
  });
});

test.each(["not json", "[1]", '"text"', "7", "null"])("an area that is %s must be an object", (text) => {
  const input = inputOf("dev", development, developmentSecrets);

  const { issues } = checkStackConfig({ ...input, values: { ...input.values, [key("realtime")]: text } });

  expect(issues.map((issue) => `${issue.key} ${issue.message}`)).toEqual([
    "thorbis-supabase:realtime must be an object",
  ]);
});
