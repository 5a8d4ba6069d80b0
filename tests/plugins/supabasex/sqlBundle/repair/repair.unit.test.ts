import { beforeAll, describe, expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  inDropStatement,
  partsOfIdentity,
  printIdentity,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { grantStatements } from "../../../../../plugins/supabasex/provider/sqlBundle/repair/grants";
import { repairOf } from "../../../../../plugins/supabasex/provider/sqlBundle/repair/repair";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

// Names are quoted as by the server's own parser.
beforeAll(() => loadParser());

test("default privileges of a role and a schema with blanks in their names quote both", () => {
  const identity = 'default privileges "a role" in "a schema" tables';
  const expected = { [identity]: { grants: { anon: ["select"] } } };
  const live = { [identity]: { grants: { authenticated: ["select"] } } };

  const repair = repairOf(identity, diffCatalogs(expected, live), expected, { live });

  const start = 'alter default privileges for role "a role" in schema "a schema"';
  expect(repair.statements).toEqual([`${start} grant select on tables to anon`]);
  expect(repair.prune).toEqual([`${start} revoke select on tables from authenticated`]);
});

test("a role with a blank in its name gets all its lost default privileges back", () => {
  const identity = 'default privileges "a role" tables';
  const expected = { [identity]: { grants: {} } };
  const live = { [identity]: { grants: { "a role": ["select"] } } };

  expect(repairOf(identity, diffCatalogs(expected, live), expected, { live }).statements).toEqual([
    'alter default privileges for role "a role" grant all on tables to "a role"',
  ]);
});

describe("grants", () => {
  const target = { on: "table s.t", owner: "app_owner" };

  test.each([
    ["nothing", { anon: ["select"] }, { anon: ["select"] }, [], []],
    [
      "a privilege is missing",
      { anon: ["insert", "select"] },
      { anon: ["select"] },
      ["grant insert on table s.t to anon"],
      [],
    ],
    ["a grantee is extra", {}, { "Odd One": ["select"] }, [], ['revoke select on table s.t from "Odd One"']],
    [
      "all instead of one: the one is granted again",
      { anon: ["select"] },
      { anon: ["all"] },
      [],
      ["revoke all on table s.t from anon", "grant select on table s.t to anon"],
    ],
    [
      "the grant option is extra, the privilege is not",
      { anon: ["select"] },
      { anon: ["select with grant option"] },
      [],
      ["revoke grant option for select on table s.t from anon cascade"],
    ],
    [
      "the grant option is missing",
      { anon: ["select with grant option"] },
      { anon: ["select"] },
      ["grant select on table s.t to anon with grant option"],
      [],
    ],
    [
      "roles to which an extra grantee granted it lose it too",
      {},
      { anon: ["select with grant option"] },
      [],
      ["revoke select on table s.t from anon cascade"],
    ],
    [
      "the owner lost some privileges",
      {},
      { app_owner: ["select"] },
      ["grant all on table s.t to app_owner"],
      [],
    ],
    [
      "all privileges one by one are `all`",
      { anon: ["all"] },
      {
        anon: ["delete", "insert", "references", "select", "trigger", "truncate", "update with grant option"],
      },
      [],
      ["revoke grant option for update on table s.t from anon cascade"],
    ],
  ])("%s", (_, expected, live, missing, extra) => {
    expect(grantStatements(expected, live, target)).toEqual({ missing, extra });
  });
});

test.each([
  ["policy s.t p", { kind: "policy", name: "p", parent: "s.t", schema: "s" }],
  ['policy s."T t" "A b"', { kind: "policy", name: '"A b"', parent: 's."T t"', schema: "s" }],
  ["function s.f(integer, text)", { kind: "function", name: "s.f(integer, text)", schema: "s" }],
  ["publication table p s.t", { kind: "publication table", name: "p", parent: "s.t", schema: "s" }],
  ["publication schema p s", { kind: "publication schema", name: "p", parent: "s", schema: "s" }],
  ['column s."T t" "a b"', { kind: "column", name: '"a b"', parent: 's."T t"', schema: "s" }],
  ['schema "a b"', { kind: "schema", name: '"a b"', schema: '"a b"' }],
  ["materialized view s.v", { kind: "materialized view", name: "s.v", schema: "s" }],
  ["cron job nightly run of postgres", { kind: "cron job", name: "nightly run", user: "postgres" }],
  ['cron job out of order\nof of "A b"', { kind: "cron job", name: "out of order\nof", user: '"A b"' }],
  [
    "default privileges r in s tables",
    {
      kind: "default privileges",
      name: "r in s tables",
      schema: "s",
      defaults: { role: "r", objects: "tables" },
    },
  ],
  [
    'default privileges "a role" functions',
    {
      kind: "default privileges",
      name: '"a role" functions',
      defaults: { role: '"a role"', objects: "functions" },
    },
  ],
  ["applied file migrations/1_a b.sql", { kind: "applied file", name: "migrations/1_a b.sql" }],
  ["database settings", { kind: "database settings", name: "" }],
  ["server", { kind: "server", name: "" }],
  ["access method heap2", { kind: "access method", name: "heap2" }],
  ["foreign-data wrapper partners", { kind: "foreign-data wrapper", name: "partners" }],
  [
    "foreign privilege usage on foreign-data wrapper w to anon",
    { kind: "foreign privilege", name: "usage on foreign-data wrapper w to anon" },
  ],
  ["transform for integer language plperl", { kind: "transform", name: "for integer language plperl" }],
  [
    'transform for "S s"."t language x" language plperl',
    { kind: "transform", schema: '"S s"', name: 'for "S s"."t language x" language plperl' },
  ],
  [
    "transform for s.hstore on language plperl",
    { kind: "transform", schema: "s", name: "for s.hstore on language plperl" },
  ],
  ["operator s.##(text,text)", { kind: "operator", schema: "s", name: "s.##(text,text)" }],
])("%s is parsed and formatted again", (identity, parts) => {
  expect(partsOfIdentity(identity)).toEqual(parts);
  expect(printIdentity(partsOfIdentity(identity))).toBe(identity);
});

test.each([
  ["foreign-data wrapper w", "foreign data wrapper w"],
  ["transform for s.t language plperl", "transform for s.t language plperl"],
  ["transform for s.t on language plperl", "transform for s.t language plperl"],
  ["user mapping app on server x", "user mapping for app server x"],
  ["aggregate s.total()", "aggregate s.total(*)"],
  ["access method a", "access method a"],
])("%s is dropped as %s", (identity, dropped) => {
  const { kind, name } = partsOfIdentity(identity);

  expect(inDropStatement(kind, name)).toBe(dropped);
});

describe("repairs", () => {
  const schema: Catalog = { "schema s": { owner: "app_owner" } };
  const table = {
    owner: "app_owner",
    rowSecurity: true,
    rowSecurityForced: true,
    grants: { api: ["select"] },
  };

  function repair(expected: Catalog, live: Catalog) {
    const [first, ...others] = diffCatalogs({ ...schema, ...expected }, { ...schema, ...live });
    if (first === undefined) throw new Error("there is no difference");
    return repairOf(
      first.identity,
      [first, ...others],
      { ...schema, ...expected },
      { live: { ...schema, ...live } },
    );
  }

  test("a missing column that may have been renamed is reported with the statement, and not added", () => {
    const column = { type: "text", default: "'x'::text", notNull: true };
    const found = repair({ "table s.t": table, "column s.t c": column }, { "table s.t": table });
    expect(found.statements).toEqual([]);
    expect(found.impossible).toEqual([
      "it is missing, and it is not known whether it was dropped or renamed: rename it back, or, if its values are lost, add it again (alter table s.t add column c text default 'x'::text not null)",
    ]);
  });

  test("a domain's constraint belongs to the domain", () => {
    const domain = { owner: "app_owner", kind: "domain", type: "text" };
    const found = repair(
      { "type s.d": domain, "constraint s.d c": { definition: "CHECK (true)" } },
      { "type s.d": domain },
    );
    expect(found.statements).toEqual(["alter domain s.d add constraint c CHECK (true)"]);
  });

  test("a partition has the properties of its parent, and no access for API roles", () => {
    const open = { partitionOf: "s.t", rowSecurity: false, grants: { anon: ["select"], api: ["select"] } };
    const found = repair({ "table s.t": table }, { "table s.t": table, "table s.t_1": open });
    expect(found.statements).toEqual(["alter table s.t_1 enable row level security"]);
    expect(found.prune).toEqual(["revoke select on table s.t_1 from anon"]);
  });

  test("an extra table is only reported; an extra policy may be pruned", () => {
    expect(repair({}, { "table s.extra": table })).toMatchObject({
      reported: true,
      prune: [],
      statements: [],
    });
    const policy = { command: "all", mode: "permissive", roles: ["anon"], using: "true" };
    const found = repair({ "table s.t": table }, { "table s.t": table, "policy s.t rogue": policy });
    expect(found).toMatchObject({ reported: false, prune: ["drop policy rogue on s.t"] });
  });

  test("in the schema public, only the privilege of API clients to create objects is revoked", () => {
    const found = repair(
      { "schema public": { touched: ["grants.app_owner"], grants: { app_owner: ["usage"] } } },
      { "schema public": { owner: "postgres", grants: { anon: ["create", "usage"], app_owner: ["usage"] } } },
    );
    expect(found.statements).toEqual([]);
    expect(found.prune).toEqual(["revoke create on schema public from anon"]);
  });
});
