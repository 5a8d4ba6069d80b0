import { afterEach, describe, expect, it, vi } from "vitest";
import { readEnvironment } from "../../backup/environment";

const declared = {
  AWS_REGION: "eu-central-1",
  BACKUP_BUCKET: "backups",
  BACKUP_PARALLEL_DUMPS: "3",
  PGHOST: "db.example.com",
  PGPORT: "5432",
  PGDATABASE: "postgres",
  PGUSER: "backup",
  PGPASSWORD: "canary-password",
  PGSSLMODE: "require",
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the environment", () => {
  it("matches the task definition", () => {
    expect(readEnvironment(["store", "source", "parallel"], declared)).toEqual({
      store: { region: "eu-central-1", bucket: "backups", forcePathStyle: false, timeoutSeconds: 60 },
      source: {
        host: "db.example.com",
        port: 5432,
        database: "postgres",
        user: "backup",
        password: "canary-password",
        sslMode: "require",
      },
      parallel: 3,
    });
  });

  it("needs only the variables of the command", () => {
    const { AWS_REGION, BACKUP_BUCKET } = declared;
    expect(readEnvironment(["store"], { AWS_REGION, BACKUP_BUCKET }).store.bucket).toBe("backups");
  });

  it("reports every error at once, and no value", () => {
    const invalid = {
      ...declared,
      AWS_REGION: "",
      PGPORT: "6543",
      PGHOST: undefined,
      PGSSLMODE: "canary-mode",
    };
    const read = () =>
      readEnvironment(["store", "source", "parallel"], { ...invalid, BACKUP_PARALLEL_DUMPS: "99" });
    expect(read).toThrow(
      [
        "The environment has 5 errors:",
        "  AWS_REGION is empty",
        "  PGHOST is not set",
        "  PGPORT must not be 6543: the pooler's transaction mode loses the snapshot; use the direct connection or the session pooler, port 5432",
        "  PGSSLMODE must be one of disable, require, verify-full",
        "  BACKUP_PARALLEL_DUMPS must be a whole number from 1 to 16",
      ].join("\n"),
    );
    expect(read).not.toThrow("canary");
  });

  it.each([
    [{}, false],
    [{ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" }, true],
    [{ AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, true],
    [{ AWS_ENDPOINT_URL_S3: "http://s3.internal", BACKUP_S3_FORCE_PATH_STYLE: "false" }, false],
  ])("decides with %o that bucket names in the path are %s", (variables, expected) => {
    expect(readEnvironment(["store"], { ...declared, ...variables }).store.forcePathStyle).toBe(expected);
  });
});

describe("a variable that other programs would read in another way", () => {
  it.each([
    [
      "PGDATABASE",
      "postgresql://user:secret@host/x",
      "must be the name of a database, not a connection string",
    ],
    ["PGDATABASE", "dbname=x password=secret", "must be the name of a database, not a connection string"],
    ["BACKUP_BUCKET", "s3://bucket", "must be the name of a bucket, without s3:// and without a path"],
    ["BACKUP_BUCKET", "bucket/folder", "must be the name of a bucket, without s3:// and without a path"],
    ["AWS_ENDPOINT_URL_S3", "localhost:9000", "must be a URL that begins with http:// or https://"],
    ["AWS_ENDPOINT_URL", "ftp://localhost", "must be a URL that begins with http:// or https://"],
  ])("is refused: %s=%s", (name, value, reason) => {
    expect(() => readEnvironment(["store", "source"], { ...declared, [name]: value })).toThrow(
      `The environment variable ${name} ${reason}.`,
    );
  });

  it.each([
    ["PGDATABASE", "a = b"],
    ["AWS_ENDPOINT_URL", ""],
    ["BACKUP_BUCKET", "arn:aws:s3:eu-central-1:123456789012:accesspoint/backups"],
  ])("is accepted otherwise: %s=%s", (name, value) => {
    expect(() => readEnvironment(["store", "source"], { ...declared, [name]: value })).not.toThrow();
  });
});

describe("the retention", () => {
  const variables = {
    BACKUP_RETENTION_DAILY_DAYS: "14",
    BACKUP_RETENTION_WEEKLY_DAYS: "60",
    BACKUP_RETENTION_MONTHLY_DAYS: "700",
    BACKUP_MINIMUM_REDUNDANCY: "5",
  };

  it("is that of the task definition, and by default that of the configuration", () => {
    const read = (environment: Record<string, string>) =>
      readEnvironment(["retention"], environment).retention;
    expect(read(variables)).toEqual({ dailyDays: 14, weeklyDays: 60, monthlyDays: 700, minimum: 5 });
    expect(read({})).toEqual({ dailyDays: 30, weeklyDays: 90, monthlyDays: 365, minimum: 3 });
  });

  it("is refused if a number would delete everything", () => {
    const invalid = { ...variables, BACKUP_MINIMUM_REDUNDANCY: "0", BACKUP_RETENTION_DAILY_DAYS: "-1" };
    expect(() => readEnvironment(["retention"], invalid)).toThrow(
      [
        "The environment has 2 errors:",
        "  BACKUP_RETENTION_DAILY_DAYS must be a whole number from 1 to 99999",
        "  BACKUP_MINIMUM_REDUNDANCY must be a whole number from 1 to 99999",
      ].join("\n"),
    );
  });
});

describe("the project at Supabase", () => {
  const ref = "abcdefghijklmnopqrst";
  const token = { SUPABASE_ACCESS_TOKEN: "sbp_token" };
  const read = (environment: Record<string, string>) =>
    readEnvironment(["managementApi"], environment).managementApi?.projectRef;

  it.each([
    ["by its name", { ...token, SUPABASE_PROJECT_REF: ref }],
    ["by the pooler's user", { ...token, PGUSER: `backup.${ref}` }],
    ["by its host", { ...token, PGUSER: "backup", PGHOST: `db.${ref}.supabase.co` }],
  ])("is found %s", (_, environment) => {
    expect(read(environment)).toBe(ref);
  });

  it.each([
    ["a token", { SUPABASE_PROJECT_REF: ref }],
    ["a project", { ...token, PGUSER: "backup", PGHOST: "127.0.0.1" }],
  ])("is not queried without %s", (_, environment) => {
    expect(read(environment)).toBeUndefined();
  });
});

describe("the target of a restore", () => {
  const read = (url: string) => readEnvironment(["target"], { RESTORE_DATABASE_URL: url }).target;

  it("is a URL with encoded parts", () => {
    expect(read("postgresql://postgres.abc:p%40ss%2Fword@[::1]/data%20base?sslmode=disable")).toEqual({
      host: "::1",
      port: 5432,
      database: "data base",
      user: "postgres.abc",
      password: "p@ss/word",
      sslMode: "disable",
    });
  });

  it.each([
    ["", "RESTORE_DATABASE_URL is empty"],
    [
      "localhost",
      "RESTORE_DATABASE_URL must be a URL of the form postgresql://user:password@host:port/database, with @ : / ? # % in the password percent-encoded.",
    ],
    ["https://user@host/", "RESTORE_DATABASE_URL must be a URL of the form"],
    ["postgres://user@host:6543/x", "RESTORE_DATABASE_URL has a port that must not be 6543"],
    ["postgres://user@host/x?sslmode=maybe", "RESTORE_DATABASE_URL has an sslmode that is not one of"],
    [
      "postgres://user:secret100%@host/x",
      "RESTORE_DATABASE_URL has a password with a % that does not start a percent-encoded character: write % as %25",
    ],
    ["postgres://user:%zzsecret@host/x", "RESTORE_DATABASE_URL has a password with a %"],
    ["postgres://user:secret%E0%A4@host/x", "RESTORE_DATABASE_URL has a password with a %"],
    ["postgres://us%er:secret@host/x", "RESTORE_DATABASE_URL has a user with a %"],
    ["postgres://user:secret@host/x%", "RESTORE_DATABASE_URL has a database with a %"],
    // Unencoded passwords, of which a URL parser reads a part as something else.
    [
      "postgres://user:@secret/@host/x",
      "RESTORE_DATABASE_URL has an @, / or # in or after the database name",
    ],
    [
      "postgres://user:@x/secret@host/x",
      "RESTORE_DATABASE_URL has an @, / or # in or after the database name",
    ],
    ["postgres://user:secret:@/%@host/x", "RESTORE_DATABASE_URL must be a URL of the form"],
    ["postgres://user:secret#@host/x", "RESTORE_DATABASE_URL must be a URL of the form"],
    ["postgres://user:1#secret@host/x", "RESTORE_DATABASE_URL must be a URL of the form"],
    ["postgres://user:1?secret@host/x", "RESTORE_DATABASE_URL must be a URL of the form"],
    [
      "postgres://user:secret@host/x#y",
      "RESTORE_DATABASE_URL has an @, / or # in or after the database name",
    ],
    [
      "postgres://user:secret\twith a tab@host/x",
      "RESTORE_DATABASE_URL begins or ends with a space, or contains a tab",
    ],
    [
      "postgres://user:secret\n@host/x",
      "RESTORE_DATABASE_URL begins or ends with a space, or contains a tab",
    ],
    [
      "postgres://user:secret@host/x?sslmode=disable&sslmode=require",
      "RESTORE_DATABASE_URL has more than one sslmode: keep one",
    ],
    ["postgres://user:secret@host/x%00options%00-cfoo", "RESTORE_DATABASE_URL has a database with %00"],
    ["postgres://user:secret%00@host/x", "RESTORE_DATABASE_URL has a password with %00"],
    // Parameters that libpq would use as the host, the server's settings or the CA.
    [
      "postgres://user:secret@host/x?host=other",
      "RESTORE_DATABASE_URL has the unsupported parameter host: remove it",
    ],
    [
      "postgres://user:secret@host/x?sslmode=require&options=-csearch_path%3Dx",
      "has the unsupported parameter options: remove it",
    ],
    [
      "postgres://user:secret@host/x?dbname=y&service=z",
      "has the unsupported parameter dbname, service: remove it",
    ],
    ["postgres://user:secret@host/x ", "RESTORE_DATABASE_URL begins or ends with a space, or contains a tab"],
  ])("is refused as %o", (url, message) => {
    expect(() => read(url)).toThrow(message);
    expect(() => read(url)).not.toThrow("secret");
  });

  it.each(["@x/", ":@/%", "%", "%41", " two words ", `"it's"`, "back\\slash", "üñ🔑", "#?&=+", "tab\there"])(
    "can have the encoded password %o",
    (password) => {
      expect(read(`postgres://user:${encodeURIComponent(password)}@host/x`)).toMatchObject({
        host: "host",
        database: "x",
        password,
      });
    },
  );

  it("can have a password with unencoded quotes, spaces, backslashes and umlauts", () => {
    expect(read(`postgres://user:it's "two" wörds\\@host/x`).password).toBe(`it's "two" wörds\\`);
  });

  it("can have a password with an encoded %", () => {
    expect(read("postgres://user:100%25@host/x").password).toBe("100%");
  });
});

describe("the memory of the task", () => {
  const read = (megabytes?: string) =>
    readEnvironment(["memory"], megabytes === undefined ? {} : { BACKUP_MEMORY_MEGABYTES: megabytes }).memory;

  it("is that of the task definition, and unknown without one", () => {
    expect(read("512")).toBe(512 * 1024 * 1024);
    expect(() => read("0.5 GB")).toThrow("BACKUP_MEMORY_MEGABYTES must be a whole number from 64 to 9999999");
    vi.spyOn(process, "constrainedMemory").mockReturnValue(2 ** 63);
    expect(read()).toBeUndefined();
  });

  it("is smaller if the kernel enforces a smaller limit", () => {
    vi.spyOn(process, "constrainedMemory").mockReturnValue(256 * 1024 * 1024);
    expect(read("512")).toBe(256 * 1024 * 1024);
    expect(read()).toBe(256 * 1024 * 1024);
  });
});
