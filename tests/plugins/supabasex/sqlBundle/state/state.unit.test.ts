import { describe, expect, test } from "vitest";
import { type PropertyMap, Secret } from "../../../../../plugins/provider-host/values";
import {
  type Catalog,
  digestsOf,
  expectationFrom,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { diffBundle } from "../../../../../plugins/supabasex/provider/sqlBundle/state/diff";
import { withOutlook } from "../../../../../plugins/supabasex/provider/sqlBundle/state/outlook";
import {
  stateOf,
  stateOutputs,
  upgrade,
} from "../../../../../plugins/supabasex/provider/sqlBundle/state/state";
import { check, connection, hash, inputs } from "../bundleInputs";

const diffRequest = { urn: "urn", type: "t", id: "main", ignoreChanges: [] };

function diff(changed: PropertyMap, oldOutputs: PropertyMap = {}) {
  return diffBundle({ ...diffRequest, oldInputs: inputs, oldOutputs, inputs: { ...inputs, ...changed } })
    .detailed;
}

describe("diff", () => {
  test("a new directory, password, limit or setting is not a change", () => {
    const changed = {
      directory: "elsewhere",
      connection: new Secret({ ...connection, password: "new", user: "v" }),
      limits: { lockRetries: 1 },
      deletable: true,
    };
    expect(diff(changed)).toEqual({});
  });

  test("a file with a kind, as described by an earlier SDK version, is unchanged", () => {
    const former = {
      ...inputs,
      files: { "migrations/20260101000000_a.sql": { sha256: hash, kind: "migration" } },
    };

    expect(diffBundle({ ...diffRequest, oldInputs: former, oldOutputs: {}, inputs }).detailed).toEqual({});
  });

  test("files by path, and another database", () => {
    const files = {
      "migrations/20260101000000_a.sql": "b".repeat(64),
      "repeatable/new.sql": hash,
    };

    expect(diff({ files, connection: new Secret({ ...connection, host: "other" }) })).toEqual({
      connection: { kind: "update", inputDiff: true },
      'files["migrations/20260101000000_a.sql"]': { kind: "update", inputDiff: true },
      'files["repeatable/new.sql"]': { kind: "add", inputDiff: true },
    });
  });

  const drifted = {
    schemaVersion: 2,
    live: {
      "policy s.t p": "missing",
      "policy s.t rogue": "not made by the bundle: permissive for all to public using (true)",
      "table s.t": { rowSecurity: "true → false" },
    },
  };
  const paths = ['live["policy s.t p"]', 'live["policy s.t rogue"]', 'live["table s.t"].rowSecurity'];
  const every = (kind: "update" | "delete") =>
    Object.fromEntries(paths.map((path) => [path, { kind, inputDiff: false }]));

  test("drift by object and property, as additions in a refresh", () => {
    expect(diff({}, drifted)).toEqual(every("delete"));
  });

  test("drift in a preview shows its repair as the new value", () => {
    const outlook = {
      "policy s.t p": "repeatable/p.sql runs again",
      "policy s.t rogue": "left as it is; with sql.prune: drop: drop policy rogue on s.t",
      "table s.t": { rowSecurity: "alter table s.t enable row level security" },
    };
    const read = withOutlook(inputs, outlook, new Date("2026-11-28T09:00:00Z"));
    const preview = (prune: string) => check({ prune, watch: "bundle" }, read).inputs ?? {};
    const differences = diffBundle({
      ...diffRequest,
      oldInputs: read,
      oldOutputs: drifted,
      inputs: preview("report"),
    });

    expect(differences.detailed).toEqual(every("update"));
    expect(preview("report").live).toEqual(outlook);
    expect(preview("drop").live).toEqual({ ...outlook, "policy s.t rogue": "drop policy rogue on s.t" });
    // As a control: a later refresh compares with the inputs of the one before.
    const later = withOutlook(inputs, outlook, new Date("2026-11-28T10:00:00Z"));
    expect(
      diffBundle({ ...diffRequest, oldInputs: later, oldOutputs: drifted, inputs: read }).detailed,
    ).toEqual(every("delete"));
  });
});

describe("state", () => {
  test("outputs and state are identical", () => {
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
      expected: new Map([
        ["schema public", { digest: "0123456789abcdef", touched: ["grants.anon", "comment"] }],
        ["schema s", { digest: "fedcba9876543210" }],
        ['table s."a b\\nc\n\t"', { digest: "fedcba9876543210" }],
      ]),
      live: { "schema s": { owner: "o → p" }, "table s.t": "missing" },
      access: { digests: new Map([["roles", "0123456789abcdef"]]), coverage: 3 as const },
      serverMajor: 15,
      openTables: ["s.t"],
    };

    expect(stateOf(stateOutputs(state))).toEqual(state);
  });

  test("access without a version is from before version 3", () => {
    const access = "0123456789abcdef roles";

    expect(stateOf({ schemaVersion: 2, access }).access?.coverage).toBe(2);
    expect(stateOf({ schemaVersion: 2, access, accessVersion: 3 }).access?.coverage).toBe(3);
  });

  test("outputs without a layout are upgraded", () => {
    const old = {
      appliedFiles: {
        "migrations/20260102000000_b.sql": hash,
        "migrations/20260101000000_a.sql": hash,
        "repeatable/f.sql": hash,
      },
      expected: {},
      live: {},
    };

    expect(upgrade(old)).toEqual({
      ...old,
      schemaVersion: 2,
      version: "20260102000000",
      repeatables: {},
      expected: "",
    });
    expect(stateOf(old).files.get("repeatable/f.sql")).toEqual({
      path: "repeatable/f.sql",
      kind: "repeatable",
      sha256: hash,
      makes: [],
      dependsOn: [],
    });
  });

  test("outputs of layout 1, with whole catalogs, are reduced to digests of the expected objects and the drift", () => {
    const expected: Catalog = {
      "column s.t id": { type: "bigint" },
      "schema public": { touched: ["grants.anon"], grants: { anon: ["usage"] } },
      "schema s": { owner: "o" },
      "table s.t": { owner: "o", rowSecurity: true, grants: { anon: ["select"], api: ["select"] } },
    };
    const live: Catalog = {
      ...expected,
      "table s.t": { owner: "o", rowSecurity: false, grants: { api: ["insert", "select"] } },
      "policy s.t rogue": { mode: "permissive", command: "select", roles: ["anon"], using: "true" },
    };
    const old = {
      schemaVersion: 1,
      version: "",
      appliedFiles: {},
      repeatables: {},
      files: {},
      expected,
      live,
    };

    const state = stateOf(old as unknown as PropertyMap);

    expect(upgrade(old as unknown as PropertyMap)).not.toHaveProperty("files");
    expect(state.live).toEqual({
      "policy s.t rogue": "not made by the bundle: permissive for select to anon using (true) [opens]",
      "table s.t": {
        grants: "− select from anon; + insert to api [opens]",
        rowSecurity: "true → false [opens]",
      },
    });
    expect([...state.expected.keys()]).toEqual(["schema public", "schema s", "table s.t"]);
    expect(state.expected).toEqual(digestsOf(expected));
  });

  test("outputs of a later layout are refused", () => {
    expect(() => stateOf({ schemaVersion: 3 })).toThrow(
      /written by a newer version of this project \(layout 3, known up to 2\)/,
    );
  });
});

describe("an expectation is restored from its digests", () => {
  const expected: Catalog = {
    "column s.t id": { type: "bigint" },
    "function s.f()": { body: "select 1" },
    "schema public": { touched: ["grants.anon"], grants: { anon: ["usage"] } },
    "table s.t": { owner: "o" },
  };
  const live: Catalog = {
    ...expected,
    "schema public": { owner: "p", grants: { anon: ["usage"], web: ["usage"] } },
  };
  const state = { digests: digestsOf(expected), history: {} };

  test("from the database, without a record", () => {
    expect(expectationFrom(state, {}, live)).toEqual({ expected, unknown: [] });
  });

  test("from the record, if the database has changed", () => {
    const changed = {
      ...live,
      "column s.t id": { type: "integer" },
      "function s.f()": { body: "select 2" },
      "schema public": { owner: "p", grants: {} },
    };
    expect(expectationFrom(state, expected, changed)).toEqual({ expected, unknown: [] });
  });

  test("from neither: a column, an object, a grant outside of the bundle", () => {
    const changed: Catalog = {
      "column s.t id": { type: "bigint" },
      "column s.t extra": { type: "text" },
      "schema public": { grants: {} },
      "table s.t": { owner: "o" },
    };
    expect(expectationFrom(state, { "table s.t": { owner: "edited" } }, changed)).toEqual({
      expected: {},
      unknown: ["table s.t", "function s.f()", "schema public"],
    });
  });
});
