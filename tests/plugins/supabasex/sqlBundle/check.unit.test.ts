import { describe, expect, test } from "vitest";
import { Secret, unknown } from "../../../../plugins/provider-host/values";
import { check, connection, hash } from "./bundleInputs";

describe("check", () => {
  test("valid inputs pass, with their defaults; a plain connection becomes secret", () => {
    const { inputs: checked, failures } = check({ connection });

    expect(failures).toEqual([]);
    expect(checked.dryRun).toBe("live");
    expect(checked.prune).toBe("report");
    expect(checked.limits).toEqual({
      lockWaitSeconds: 60,
      lockTimeoutSeconds: 5,
      statementTimeoutSeconds: 600,
      dryRunStatementTimeoutSeconds: 60,
      dryRunMaxTableMegabytes: 1000,
      lockRetries: 5,
    });
    expect(checked.connection).toBeInstanceOf(Secret);
  });

  test("all errors are reported at once, and none contains a secret", () => {
    const { failures = [] } = check({
      directory: "",
      colour: "red",
      files: {
        "migrations/1_a.sql": hash,
        "repeatable/b.sql": "x",
        "elsewhere/c.sql": hash,
      },
      connection: new Secret({ ...connection, user: "", port: "p-secret", sslMode: "p-secret" }),
      requires: ["1", 2],
      limits: { lockWait: 1, lockRetries: -1 },
      dryRun: "maybe",
      prune: "all",
      allowAhead: "yes",
      baseline: "7",
    });

    expect(failures.map(({ property }) => property).sort()).toEqual([
      "allowAhead",
      "baseline",
      "colour",
      "connection.port",
      "connection.sslMode",
      "connection.user",
      "directory",
      "dryRun",
      'files["elsewhere/c.sql"]',
      'files["migrations/1_a.sql"]',
      'files["repeatable/b.sql"]',
      "limits.lockRetries",
      "limits.lockWait",
      "prune",
      "requires",
    ]);
    expect(JSON.stringify(failures)).not.toContain("p-secret");
  });

  test("unknown values pass", () => {
    expect(check({ connection: new Secret({ ...connection, host: unknown }) }).failures).toEqual([]);
    expect(check({ connection: unknown, files: unknown, limits: unknown }).failures).toEqual([]);
    expect(check({ requires: unknown }).failures).toEqual([]);
    expect(check({ requires: ["1", unknown] }).failures).toEqual([]);
  });

  test.each([
    ["20260101000000", []],
    [
      "20260101000001",
      [
        "is 20260101000001, but no migration has this version: the nearest is 20260101000000 (migrations/20260101000000_a.sql)",
      ],
    ],
    [
      "20270301000000",
      [
        "is 20270301000000, but no migration has this version: the nearest is 20260301000000 (migrations/20260301000000_b.sql)",
      ],
    ],
  ])("a baseline of %s", (baseline, reasons) => {
    const files = {
      "migrations/20260101000000_a.sql": hash,
      "migrations/20260301000000_b.sql": hash,
      "repeatable/c.sql": hash,
    };

    const { failures = [] } = check({ files, baseline });

    expect(failures.map(({ property, reason }) => [property, reason])).toEqual(
      reasons.map((reason) => ["baseline", reason]),
    );
  });

  test("the name cannot change", () => {
    expect(check({}, { name: "other" }).failures).toEqual([
      {
        property: "name",
        reason: "cannot change: the database's record of what was applied is kept under other",
      },
    ]);
  });
});
