import { beforeAll, describe, expect, test } from "vitest";
import { inOrder } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/plan/fileOrder";
import { planMigrations } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/plan/planMigrations";
import { planRepeatables } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/plan/planRepeatables";
import {
  bundleFile,
  type Migration,
  migrationOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

function migration(path: string, text = path): Migration {
  const named = migrationOf(path);
  if (named === undefined) throw new Error(path);
  return { ...bundleFile(path, "migration", text), ...named };
}

const repeatable = (path: string, text = path) => bundleFile(path, "repeatable", text);

const a = migration("migrations/20260101000000_a.sql");
const b = migration("migrations/20260102000000_b.sql");
const c = migration("migrations/20260103000000_c.sql");
const none = { baseline: undefined, allowAhead: false };

function history(...files: readonly { path: string; kind: "migration" | "repeatable"; sha256: string }[]) {
  return {
    files: new Map(files.map((file) => [file.path, { ...file, dependsOn: [] as string[] }])),
    versions: files.flatMap((file) => migrationOf(file.path)?.version ?? []),
    foreignPaths: [],
    pushed: new Map<string, readonly string[] | null>(),
  };
}

beforeAll(() => loadParser());

describe("migrations", () => {
  test("pending migrations run in order", () => {
    expect(planMigrations([a, b, c], history(a), none)).toEqual({ adopt: [], pending: [b, c] });
  });

  test("migrations up to the baseline are adopted", () => {
    expect(planMigrations([a, b, c], history(), { ...none, baseline: "20260102000000" })).toEqual({
      adopt: [a, b],
      pending: [c],
    });
  });

  test("a migration that another tool applied with the same statements is adopted without a baseline", () => {
    const file = migration(b.path, "create table t (id int);\n-- and\ncreate index on t (id);\n");
    const pushed = (statements: readonly string[] | null) => ({
      ...history(a),
      versions: ["20260101000000", "20260102000000"],
      pushed: new Map([["20260102000000", statements]]),
    });

    const split = pushed(["create  table t (id int)", "create index on t (id) -- here"]);
    expect(planMigrations([a, file, c], split, none)).toEqual({ adopt: [file], pending: [c] });
    const asOneText = pushed(["begin;", "create table t (id int);\ncreate index on t (id);", "commit"]);
    expect(planMigrations([a, file, c], asOneText, none)).toEqual({ adopt: [file], pending: [c] });

    expect(() => planMigrations([a, file], pushed(["create table t (id bigint)"]), none)).toThrow(
      /b\.sql is not what was applied to this database as 20260102000000 \(statement 1 differs/,
    );
    for (const unknown of [[], null]) {
      expect(() => planMigrations([a, file], pushed(unknown), none)).toThrow(
        /without a record of the statements: set sql\.baseline to 20260102000000/,
      );
    }
  });

  test("versions of another bundle in the same database are ignored", () => {
    const both = {
      ...history(a),
      versions: ["20250101000000", "20260101000000"],
      foreignPaths: ["migrations/20250101000000_x.sql"],
    };

    expect(planMigrations([a], both, none).pending).toEqual([]);
  });

  test.each([
    ["edited", [migration(a.path, "other")], history(a), /was edited after it was applied/],
    ["older checkout", [a], history(a, b, c), /older than the database[\s\S]*b\.sql\n.*c\.sql/],
    ["missing", [b], history(a, b), /missing from the bundle:\n {2}migrations\/20260101000000_a\.sql/],
    [
      "late",
      [a, b],
      history(b),
      /older than the newest applied one, migrations\/20260102000000_b\.sql:\n.*a\.sql/,
    ],
    [
      "foreign",
      [a],
      { ...history(a), versions: ["20260101000000", "20260105000000"] },
      /Another tool has applied/,
    ],
  ])("%s is refused", (_name, local, applied, message) => {
    expect(() => planMigrations(local, applied, none)).toThrow(message);
  });

  test("an older checkout is accepted on request", () => {
    expect(planMigrations([a], history(a, b), { ...none, allowAhead: true })).toEqual({
      adopt: [],
      pending: [],
    });
  });
});

describe("repeatables", () => {
  const [f, g, v] = [
    repeatable("repeatable/f.sql"),
    repeatable("repeatable/g.sql"),
    repeatable("repeatable/v.sql"),
  ];

  test("dependents of a changed file run after it, those of a drifted one do not", () => {
    const applied = new Map([
      [f.path, { ...f, sha256: "old", dependsOn: [v.path] }],
      [g.path, { ...g, dependsOn: [f.path] }],
      [v.path, { ...v, sha256: "old", dependsOn: [] }],
    ]);

    const { run } = planRepeatables([f, g, v], applied, { drifted: new Map([[g.path, "function g()"]]) });

    expect(run.map(({ path, reason, because }) => [path, reason, because])).toEqual([
      [v.path, "changed", undefined],
      [f.path, "changed", undefined],
      [g.path, "drifted", "function g()"],
    ]);
    const onlyDrift = planRepeatables(
      [f, g],
      new Map([
        [f.path, { ...f, dependsOn: [] }],
        [g.path, { ...g, dependsOn: [f.path] }],
      ]),
      { drifted: new Map([[f.path, "function f()"]]) },
    );
    expect(onlyDrift.run.map(({ path }) => path)).toEqual([f.path]);
  });

  test("a file with a new name is renamed; a missing file is removed", () => {
    const applied = new Map([
      ["repeatable/old.sql", { ...f, path: "repeatable/old.sql", dependsOn: [] }],
      ["repeatable/gone.sql", { ...g, path: "repeatable/gone.sql", dependsOn: [] }],
    ]);

    const { run, removed } = planRepeatables([f], applied, {});

    expect(run.map(({ reason, because }) => [reason, because])).toEqual([["renamed", "repeatable/old.sql"]]);
    expect(removed).toEqual(["repeatable/old.sql", "repeatable/gone.sql"]);
  });

  const circle = new Map([
    [f.path, new Set([g.path])],
    [g.path, new Set([f.path])],
  ]);

  test("a cycle of headers is refused with its members", () => {
    const files = [
      { ...f, dependsOn: [g.path] },
      { ...g, dependsOn: [f.path] },
    ];

    expect(() => inOrder(files, circle)).toThrow(
      /cycle: repeatable\/f\.sql → repeatable\/g\.sql → repeatable\/f\.sql/,
    );
  });

  test("a header takes precedence over recorded dependencies", () => {
    const files = [f, { ...g, dependsOn: [f.path] }];

    expect(inOrder(files, circle).map(({ path }) => path)).toEqual([f.path, g.path].sort());
  });
});
