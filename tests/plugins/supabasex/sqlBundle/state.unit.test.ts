import { describe, expect, test } from "vitest";
import { type PropertyMap, Secret, unknown } from "../../../../plugins/host/values";
import { checkBundle } from "../../../../plugins/supabasex/provider/sqlBundle/check";
import { diffBundle } from "../../../../plugins/supabasex/provider/sqlBundle/state/diff";
import { stateOf, stateOutputs, upgrade } from "../../../../plugins/supabasex/provider/sqlBundle/state/state";

const connection = { host: "h", port: 5432, user: "u", password: "p-secret", database: "d" };
const hash = "a".repeat(64);
const inputs: PropertyMap = {
  name: "main",
  directory: "sql",
  files: { "migrations/20260101000000_a.sql": { sha256: hash, kind: "migration" } },
  connection: new Secret(connection),
};

function check(changed: PropertyMap, oldInputs: PropertyMap = {}) {
  return checkBundle({
    urn: "urn",
    type: "supabasex:index:SqlBundle",
    name: "bundle",
    oldInputs,
    inputs: { ...inputs, ...changed },
    randomSeed: new Uint8Array(),
  });
}

function diff(changed: PropertyMap, oldOutputs: PropertyMap = {}) {
  const request = { urn: "urn", type: "t", id: "main", oldInputs: inputs, oldOutputs, ignoreChanges: [] };
  return diffBundle({ ...request, inputs: { ...inputs, ...changed } }).detailed;
}

describe("check", () => {
  test("good inputs pass, with their defaults; a plain connection becomes secret", () => {
    const { inputs: checked, failures } = check({ connection });

    expect(failures).toEqual([]);
    expect(checked.dryRun).toBe("off");
    expect(checked.prune).toBe("report");
    expect(checked.limits).toEqual({
      lockWaitSeconds: 60,
      lockTimeoutSeconds: 5,
      statementTimeoutSeconds: 600,
      lockRetries: 5,
    });
    expect(checked.connection).toBeInstanceOf(Secret);
  });

  test("all faults are reported at once, and none repeats a secret", () => {
    const { failures = [] } = check({
      directory: "",
      colour: "red",
      files: {
        "migrations/1_a.sql": { sha256: hash, kind: "migration" },
        "repeatable/b.sql": { sha256: "x", kind: "other" },
      },
      connection: new Secret({ ...connection, user: "", port: "p-secret", sslMode: "p-secret" }),
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
      'files["migrations/1_a.sql"]',
      'files["repeatable/b.sql"].kind',
      'files["repeatable/b.sql"].sha256',
      "limits.lockRetries",
      "limits.lockWait",
      "prune",
    ]);
    expect(JSON.stringify(failures)).not.toContain("p-secret");
  });

  test("what is not known yet passes", () => {
    expect(check({ connection: new Secret({ ...connection, host: unknown }) }).failures).toEqual([]);
    expect(check({ connection: unknown, files: unknown, limits: unknown }).failures).toEqual([]);
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

describe("diff", () => {
  test("a new directory, password, limit or switch is no change", () => {
    const changed = {
      directory: "elsewhere",
      connection: new Secret({ ...connection, password: "new", user: "v" }),
      limits: { lockRetries: 1 },
      deletable: true,
    };
    expect(diff(changed)).toEqual({});
  });

  test("files by path, and another database", () => {
    const files = {
      "migrations/20260101000000_a.sql": { sha256: "b".repeat(64), kind: "migration" },
      "repeatable/new.sql": { sha256: hash, kind: "repeatable" },
    };

    expect(diff({ files, connection: new Secret({ ...connection, host: "other" }) })).toEqual({
      connection: { kind: "update", inputDiff: true },
      'files["migrations/20260101000000_a.sql"]': { kind: "update", inputDiff: true },
      'files["repeatable/new.sql"]': { kind: "add", inputDiff: true },
    });
  });

  test("drift by object and property", () => {
    const expected = {
      "schema s": { owner: "o" },
      "table s.t": { owner: "o", rowSecurity: true },
      "policy s.t p": { using: "true" },
    };
    const live = {
      "schema s": { owner: "o" },
      "table s.t": { owner: "o", rowSecurity: false },
      "policy s.t rogue": { using: "true" },
    };

    expect(diff({}, { schemaVersion: 1, expected, live })).toEqual({
      'live["policy s.t p"]': { kind: "add", inputDiff: false },
      'live["policy s.t rogue"]': { kind: "delete", inputDiff: false },
      'live["table s.t"].rowSecurity': { kind: "update", inputDiff: false },
    });
  });
});

describe("state", () => {
  test("outputs and state are the same thing", () => {
    const state = {
      version: "20260101000000",
      files: new Map([
        [
          "migrations/20260101000000_a.sql",
          {
            path: "migrations/20260101000000_a.sql",
            kind: "migration" as const,
            sha256: hash,
            makes: [],
            dependsOn: [],
          },
        ],
        [
          "repeatable/f.sql",
          {
            path: "repeatable/f.sql",
            kind: "repeatable" as const,
            sha256: hash,
            makes: ["function s.f()"],
            dependsOn: ["repeatable/g.sql"],
          },
        ],
      ]),
      expected: { "schema s": { owner: "o" } },
      live: {},
    };

    expect(stateOf(stateOutputs(state))).toEqual(state);
  });

  test("outputs from before there were layouts are upgraded", () => {
    const old = {
      appliedFiles: {
        "migrations/20260102000000_b.sql": hash,
        "migrations/20260101000000_a.sql": hash,
        "repeatable/f.sql": hash,
      },
      expected: {},
      live: {},
    };

    expect(upgrade(old)).toEqual({ ...old, schemaVersion: 1, version: "20260102000000", repeatables: {} });
    expect(stateOf(old).files.get("repeatable/f.sql")).toEqual({
      path: "repeatable/f.sql",
      kind: "repeatable",
      sha256: hash,
      makes: [],
      dependsOn: [],
    });
  });

  test("outputs of a later layout are refused", () => {
    expect(() => stateOf({ schemaVersion: 2 })).toThrow(
      /written by a newer version of this project \(layout 2, known up to 1\)/,
    );
  });
});
