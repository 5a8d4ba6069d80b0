import { expect, test } from "vitest";
import { type Catalog, traceObjects } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { withoutMatchingPartitions } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/partitions";
import {
  coverageOf,
  extendBaseline,
  type PostureVersion,
  postureDigests,
  postureOf,
  withNewCoverage,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { postureWithout } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture/posture";
import { rememberUse } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/uses";
import { accessDriftOf } from "../../../../plugins/supabasex/provider/sqlBundle/state/accessDrift";
import { reported, taken, usesAs, withOperator, withSources } from "./postureVersionCases";

// What objects outside of the bundle use, between versions of this program, without a database.

/** Returns the access in a database, where the server says what uses what. */
function takenWithUses(catalog: Catalog, coverage: PostureVersion = 3): Catalog {
  return postureOf({ live: readWithUses(catalog), expected: {}, managed: {}, coverage });
}

function readWithUses(catalog: Catalog): Catalog {
  const read: Catalog = Object.fromEntries(
    Object.entries(catalog).map(([identity, object]) => [identity, { ...object }]),
  );
  for (const [user, used] of usesAs) {
    const object = read[user];
    if (object !== undefined) rememberUse(object, used);
  }
  return read;
}

/** Returns a deployment that changes nothing, by this version. */
const upgradedFrom = (baseline: Catalog, catalog: Catalog) => {
  const former = takenWithUses(catalog, coverageOf(baseline));
  return withNewCoverage(extendBaseline(baseline, former, former), former, takenWithUses(catalog));
};
const wrapper = { contentNotRead: true, content: "17: b" };

test("a function that an operator of a private schema calls counts as access, and so does the type of a column", () => {
  const replaced = {
    ...withOperator,
    "function hidden.same(text, text)": { owner: "postgres", body: "select true" },
    "type hidden.level": { owner: "postgres", labels: ["high", "low"] },
  };

  expect(reported(takenWithUses(withOperator), takenWithUses(replaced))).toEqual([
    "changed function hidden.same(text, text) body",
    "changed type hidden.level labels",
  ]);
});

test.each<[string, Catalog]>([
  ["operator hidden.##(text,text)", {}],
  ["access method columns", { "access method columns": wrapper }],
  ["foreign-data wrapper partners", { "foreign-data wrapper partners": wrapper }],
  ["transform for public.point language plperl", { "transform for public.point language plperl": wrapper }],
])(
  "version 2 did not cover %s: it is no difference, and covered from the next deployment on",
  (identity, objects) => {
    const catalog = { ...withOperator, ...objects };
    const older = takenWithUses(catalog, 2);
    const changed = { ...catalog, [identity]: { ...wrapper, content: "17: c" } };

    expect(older.server).toEqual({ majorVersion: 17, posture: 2 });
    expect(Object.keys(older)).not.toContain(identity);
    expect(reported(older, takenWithUses(changed, coverageOf(older)))).toEqual([]);
    const adopted = upgradedFrom(older, catalog);
    expect(reported(adopted, takenWithUses(catalog))).toEqual([]);
    expect(reported(adopted, takenWithUses(changed))).toEqual([`changed ${identity} content`]);
  },
);

test.each<[string, Catalog[string]]>([
  ["transform for integer language plperl", wrapper],
  ["event trigger watch", { function: "public.f()", owner: "postgres" }],
  ["function public.peek()", { owner: "postgres", body: "select 1" }],
  ["trigger public.notes copy", { definition: "CREATE TRIGGER …", enabled: "yes" }],
  ["operator public.##(text,text)", wrapper],
])("what version 2 covered, %s, is reported, and no deployment adopts it", (identity, object) => {
  const older = takenWithUses(withOperator, 2);
  const opened = { ...withOperator, [identity]: object };

  expect(reported(older, takenWithUses(opened, coverageOf(older)))).toEqual([`extra ${identity}`]);
  expect(reported(upgradedFrom(older, opened), takenWithUses(opened))).toEqual([`extra ${identity}`]);
});

test("a change that version 2 covered stays a difference after a deployment by this version", () => {
  const older = takenWithUses(withOperator, 2);
  const opened = { ...withOperator, "table public.notes": { owner: "postgres", rowSecurity: false } };

  expect(reported(upgradedFrom(older, opened), takenWithUses(opened))).toEqual([
    "changed table public.notes rowSecurity",
  ]);
});

test("the baseline of version 2 keeps its coverage until a deployment", () => {
  const older = takenWithUses(withOperator, 2);

  expect(postureWithout(older, { expected: {}, managed: {} })).toEqual(older);
  expect(coverageOf(older)).toBe(2);
  expect(coverageOf(takenWithUses(withOperator))).toBe(3);
  expect(coverageOf({ server: { majorVersion: 17 } })).toBe(2);
});

const withGrant = (grants: Catalog[string]): Catalog => ({
  ...withOperator,
  "large object 7": { owner: "postgres", grants },
});

test.each<[string, Catalog[string]]>([
  ["nothing", {}],
  ["what another list of the server showed", { anon: ["select"] }],
])(
  "a baseline of version 2, which read %s as the grants of large objects, gets them with a deployment",
  (_, read) => {
    const older = {
      ...takenWithUses(withGrant({}), 2),
      "large object 7": { owner: "postgres", grants: read },
    };
    const granted = withGrant({ authenticated: ["select"] });

    expect(reported(older, takenWithUses(granted, 2))).toEqual([]);
    const adopted = upgradedFrom(older, granted);
    expect(reported(adopted, takenWithUses(granted))).toEqual([]);
    expect(reported(adopted, takenWithUses(withGrant({ authenticated: ["update"] })))).toEqual([
      "changed large object 7 grants",
    ]);
  },
);

const withForeignTable = (server: string, tableName: string): Catalog => ({
  ...withOperator,
  "foreign table extensions.orders": { owner: "postgres", server, wrapperOptions: { table_name: tableName } },
});

test("a deployment adds the server and options of foreign tables in the platform's schemas to a baseline of version 2", () => {
  const { "foreign table extensions.orders": _, ...others } = takenWithUses(
    withForeignTable("a", "orders"),
    2,
  );
  const older = { ...others, "foreign table extensions.orders": { owner: "postgres" } };
  const now = withForeignTable("a", "orders");

  expect(reported(older, takenWithUses(now, 2))).toEqual([]);
  const adopted = upgradedFrom(older, now);
  expect(reported(adopted, takenWithUses(now))).toEqual([]);
  expect(reported(adopted, takenWithUses(withForeignTable("b", "secrets")))).toEqual([
    "changed foreign table extensions.orders server",
    "changed foreign table extensions.orders wrapperOptions",
  ]);
});

test("a deployment adds rules, domains, members and sign-in sources to a baseline of version 2", () => {
  const read = { ...withSources, "extension tools": { version: "1", content: "17: a" } };
  // What version 2 recorded: it knew neither domains nor members.
  const older = Object.fromEntries(
    Object.entries(postureOf({ live: read, expected: {}, managed: {}, coverage: 2 })).map(
      ([identity, { domains: _, ...object }]) => [identity, object],
    ),
  );
  const former = takenByVersion2(withSources);

  expect(older).not.toHaveProperty("SSO provider 1");
  expect(older["table hidden.acl"]).not.toHaveProperty("constraints");
  expect(reported(older, former)).toEqual([]);
  const adopted = withNewCoverage(extendBaseline(older, former, former), former, taken(withSources));
  expect(reported(adopted, taken(withSources))).toEqual([]);
  expect(adopted).toEqual(taken(withSources));
});

function takenByVersion2(catalog: Catalog): Catalog {
  return postureOf({ live: catalog, expected: {}, managed: {}, coverage: 2 });
}

test("a record that was edited to cover less does not reduce what is compared with the state", () => {
  const baseline = takenWithUses(withOperator);
  const replaced = readWithUses({
    ...withOperator,
    "function hidden.same(text, text)": { owner: "postgres", body: "select true" },
  });
  const edited = { ...baseline, server: { ...baseline.server, posture: 2 } };
  const found = accessDriftOf(
    { digests: postureDigests(baseline), coverage: 3 },
    { live: replaced, expected: {} },
    { posture: edited, intact: true },
  );

  expect(Object.keys(found.drift)).toEqual(["function hidden.same(text, text)"]);
});

test("what an older version recorded is found in the database if its record is lost", () => {
  const digests = postureDigests(takenWithUses(withOperator, 2));
  const subject = { live: readWithUses(withOperator), expected: {} };

  expect(accessDriftOf({ digests, coverage: 2 }, subject, undefined).drift).toEqual({});
});

test("after a manual rename, what the renamed table and a renamed schema use still counts", () => {
  const expected: Catalog = {
    "schema hidden": { owner: "postgres" },
    "table public.notes": { owner: "postgres", rowSecurity: true },
  };
  const addresses = { "table public.notes": "1259:1:0", "schema hidden": "2615:2:0" };
  const moved = (identity: string) =>
    identity.replace("public.notes", "public.old").replaceAll("hidden", "away");
  const read = readWithUses(withOperator);
  const catalog = Object.fromEntries(
    Object.entries(read).map(([identity, object]) => [moved(identity), { ...object }]),
  );
  for (const [user, used] of usesAs) rememberUse(catalog[moved(user)] ?? {}, moved(used));
  const now = new Map(Object.entries(addresses).map(([identity, address]) => [moved(identity), address]));

  const traced = traceObjects(expected, { catalog, addresses: now }, new Map(Object.entries(addresses)));

  expect([...traced.renamed.keys()].sort()).toEqual(Object.keys(expected));
  const posture = postureOf({ live: traced.catalog, expected: {}, managed: {} });
  expect(reported(takenWithUses(withOperator), posture)).toEqual([]);
  expect(Object.keys(posture)).toContain("function hidden.same(text, text)");
});

test("the property of a renamed table whose text differs keeps what the table uses", () => {
  const view = { owner: "postgres", definition: "SELECT id FROM public.notes" };
  const expected: Catalog = { "table public.notes": { owner: "postgres" }, "view public.ids": view };
  const live: Catalog = {
    ...withOperator,
    "table public.old": { owner: "postgres" },
    "view public.ids": { ...view, definition: "SELECT id FROM public.old" },
  };
  const { "table public.notes": _, ...catalog } = readWithUses(live);
  rememberUse(catalog["view public.ids"] ?? {}, "function hidden.same(text, text)");

  const traced = traceObjects(
    expected,
    { catalog, addresses: new Map([["table public.old", "1259:1:0"]]) },
    new Map([["table public.notes", "1259:1:0"]]),
  );

  expect(traced.catalog["view public.ids"]).toEqual(view);
  const posture = postureOf({ live: traced.catalog, expected: {}, managed: {} });
  expect(Object.keys(posture)).toContain("function hidden.same(text, text)");
});

test.each<[string, Catalog[string]]>([
  ["matches", { owner: "postgres", rowSecurity: true }],
  ["differs from", { owner: "postgres", rowSecurity: false }],
])("what a partition uses counts if it %s its parent", (_, properties) => {
  const parent = withOperator["table public.notes"] ?? {};
  const partition = { partitionOf: "public.notes", ...properties };
  rememberUse(partition, "function hidden.same(text, text)");
  const objects = { ...withOperator, "table public.notes": { ...parent }, "table public.notes_1": partition };

  const live = Object.fromEntries(withoutMatchingPartitions(new Map(Object.entries(objects))));

  expect(Object.keys(postureOf({ live, expected: {}, managed: {} }))).toContain(
    "function hidden.same(text, text)",
  );
});
