import { describe, expect, it } from "vitest";
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

describe("the environment", () => {
  it("is what the task definition declares", () => {
    expect(readEnvironment(["store", "source", "parallel"], declared)).toEqual({
      store: { region: "eu-central-1", bucket: "backups", forcePathStyle: false },
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

  it("is asked only for what a command needs", () => {
    const { AWS_REGION, BACKUP_BUCKET } = declared;
    expect(readEnvironment(["store"], { AWS_REGION, BACKUP_BUCKET }).store.bucket).toBe("backups");
  });

  it("tells every fault at once, and no value", () => {
    const faulty = {
      ...declared,
      AWS_REGION: "",
      PGPORT: "6543",
      PGHOST: undefined,
      PGSSLMODE: "canary-mode",
    };
    const read = () =>
      readEnvironment(["store", "source", "parallel"], { ...faulty, BACKUP_PARALLEL_DUMPS: "99" });
    expect(read).toThrow(
      [
        "The environment has 5 faults:",
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

describe("the target of a restore", () => {
  const read = (url: string) => readEnvironment(["target"], { RESTORE_DATABASE_URL: url }).target;

  it("is a URL whose parts may be encoded", () => {
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
      "RESTORE_DATABASE_URL must be a URL of the form postgresql://user:password@host:port/database",
    ],
    ["https://user@host/", "RESTORE_DATABASE_URL must be a URL of the form"],
    ["postgres://user@host:6543/x", "RESTORE_DATABASE_URL has a port that must not be 6543"],
    ["postgres://user@host/x?sslmode=maybe", "RESTORE_DATABASE_URL has an sslmode that is not one of"],
  ])("is refused as %o", (url, message) => {
    expect(() => read(url)).toThrow(message);
  });
});
