import { expect, test } from "vitest";
import { type Catalog, traceObjects } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { withoutMatchingPartitions } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/partitions";
import {
  coverageOf,
  diffPostures,
  extendBaseline,
  type PostureVersion,
  postureDigests,
  postureOf,
  withNewCoverage,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { postureWithout } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture/posture";
import { rememberUse } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/uses";
import { postureRepairOf } from "../../../../plugins/supabasex/provider/sqlBundle/repair/postureRepair";
import { accessDriftOf } from "../../../../plugins/supabasex/provider/sqlBundle/state/accessDrift";

// The baseline between versions of the server and of this program, without a database.
const policy = "policy public.notes own";
const reported = (baseline: Catalog, posture: Catalog) =>
  diffPostures(baseline, posture).map(({ kind, identity, property }) =>
    [kind, identity, ...(property === undefined ? [] : [property])].join(" "),
  );
/** A deployment that changes nothing. */
const deployed = (baseline: Catalog, posture: Catalog) => extendBaseline(baseline, posture, posture);

const readOn = (majorVersion: number, using: string): Catalog =>
  postureOf({
    live: {
      server: { majorVersion, coverage: 2 },
      "schema public": { owner: "postgres" },
      [policy]: { command: "select", mode: "permissive", roles: ["authenticated"], using },
    },
    expected: {},
    managed: {},
  });

test("after an upgrade of the server, the next deployment adopts its form of texts, and later changes are reported", () => {
  const baseline = readOn(15, "(author = auth.uid())");
  const upgraded = readOn(17, "(notes.author = auth.uid())");
  const opened = readOn(17, "true");

  expect(reported(baseline, upgraded)).toEqual([]);
  expect(reported(deployed(baseline, upgraded), upgraded)).toEqual([]);
  expect(reported(deployed(baseline, upgraded), opened)).toEqual([`changed ${policy} using`]);
});

const notes = { owner: "postgres", rowSecurity: true };
const live: Catalog = {
  server: { majorVersion: 17, coverage: 2 },
  "schema public": { owner: "postgres" },
  "schema hidden": { owner: "postgres" },
  "table public.notes": notes,
  "column public.notes kind": { type: "text", default: "'private'::text" },
  "constraint public.notes short": { definition: "CHECK ((length(body) < 10))" },
  "index public.notes_key": {
    table: "public.notes",
    definition: "CREATE UNIQUE INDEX notes_key ON public.notes USING btree (body)",
  },
  "type public.level": { owner: "postgres", kind: "enum", labels: ["low", "high"] },
  "function public.f()": { owner: "postgres", body: 'select "hidden" . "g"()', strict: true },
  "function hidden.g()": { owner: "postgres", body: "select 1" },
};
const taken = (catalog: Catalog, expected: Catalog = {}, managed: Catalog = {}) =>
  postureOf({ live: catalog, expected, managed });

test("what an older version of this program did not cover is not reported, and is covered from the next deployment on", () => {
  const now = taken(live);
  const { "function hidden.g()": _, "type public.level": __, ...others } = now;
  const older: Catalog = {
    ...others,
    server: { majorVersion: 17 },
    "table public.notes": notes,
    "function public.f()": { owner: "postgres", body: 'select "hidden" . "g"()' },
  };
  const later = taken({
    ...live,
    "column public.notes kind": { type: "text", default: "'public'::text" },
    "type public.level": { owner: "postgres", kind: "enum", labels: ["high", "low"] },
    "function hidden.g()": { owner: "postgres", body: "select 2" },
    "function public.f()": { owner: "postgres", body: 'select "hidden" . "g"()' },
  });

  expect(reported(older, now)).toEqual([]);
  expect(reported(deployed(older, now), now)).toEqual([]);
  expect(reported(deployed(older, now), later)).toEqual([
    "changed function hidden.g() body",
    "changed function public.f() strict",
    "changed table public.notes defaults",
    "changed type public.level labels",
  ]);
});

test.each([
  ["constraint public.notes short", "constraints"],
  ["index public.notes_key", "constraints"],
  ["column public.notes kind", "defaults"],
])("without its %s, a table in an exposed schema is reported", (part, property) => {
  const { [part]: _, ...without } = live;

  expect(reported(taken(live), taken(without))).toEqual([`changed table public.notes ${property}`]);
});

test.each([
  ["a job runs", { "cron job nightly of postgres": { schedule: "0 0 * * *", command: "select hidden.g()" } }],
  [
    "a policy of the bundle calls",
    { "policy shared.customers own": { command: "all", mode: "permissive", using: "hidden.g()" } },
  ],
  [
    "a function of the bundle calls by a name without a schema",
    { "function shared.f()": { body: "select G()", settings: { search_path: "shared, Hidden" } } },
  ],
])("a function in a private schema counts if %s it, also after it was recorded", (_, caller: Catalog) => {
  const { "function public.f()": __, ...others } = live;
  const catalog = { ...others, ...caller };
  const isBundle = !Object.keys(caller).some((identity) => identity.startsWith("cron job"));
  const managed = isBundle ? caller : {};
  const now = taken(catalog, managed, managed);
  const replaced = taken(
    { ...catalog, "function hidden.g()": { owner: "postgres", body: "select 2" } },
    managed,
    managed,
  );

  const baseline = postureWithout(now, { expected: managed, managed });

  expect(baseline).toEqual(now);
  expect(reported(baseline, replaced)).toEqual(["changed function hidden.g() body"]);
});

test("a function in a private schema that nothing uses does not count", () => {
  const { "function public.f()": _, ...others } = live;

  expect(Object.keys(taken(others))).not.toContain("function hidden.g()");
});

/** The same baseline as an older version of this program recorded it. */
const olderThan = (now: Catalog): Catalog => ({ ...now, server: { majorVersion: 17 } });
const partition = { owner: "postgres", partitionOf: "public.notes", grants: { anon: ["select"] } };
const withLevels = { ...live, "type auth.level": { owner: "postgres", labels: ["low"] } };

test.each<[string, string, Catalog[string]]>([
  [
    "a foreign table in an exposed schema",
    "foreign table public.partner",
    { owner: "postgres", grants: { anon: ["select"] } },
  ],
  ["a partition in a private schema", "table hidden.notes_2025", partition],
  ["a child in a private schema", "table hidden.more", { owner: "postgres", inherits: ["public.notes"] }],
  ["an enum of the platform", "type auth.factor", { owner: "postgres", labels: ["totp"] }],
  [
    "a hook of Auth in a private schema",
    "function hidden.hook(jsonb)",
    { owner: "postgres", body: "select 1", grants: { supabase_auth_admin: ["execute"] } },
  ],
  [
    "a privilege of another role on an extension",
    "extension privilege insert on table cron.job to helpers",
    { held: true, extension: "pg_cron" },
  ],
  [
    "a sequence that an API role may use",
    "sequence public.numbers",
    { owner: "postgres", grants: { anon: ["usage"] } },
  ],
])("what an older version covered, %s, is reported, and no deployment adopts it", (_, identity, object) => {
  const older = olderThan(taken(withLevels));
  const now = taken({ ...withLevels, [identity]: object });

  expect(reported(older, now)).toEqual([`extra ${identity}`]);
  expect(reported(deployed(older, now), now)).toEqual([`extra ${identity}`]);
});

const grantsOnTable = { extension: "pg_cron", grants: { anon: ["select"] } };

test.each<[string, string, Catalog[string], Catalog[string]?]>([
  [
    "a foreign partition in a private schema",
    "foreign table hidden.notes_2025",
    { ...partition, server: "partner" },
  ],
  ["a domain of the platform", "type auth.email", { owner: "postgres", kind: "domain" }],
  [
    "the parent of a foreign partition in an exposed schema",
    "foreign table public.notes_2025",
    { ...partition, server: "partner" },
    { owner: "postgres", server: "partner", grants: { anon: ["select"] } },
  ],
  [
    "an owner of an extension's table with grants",
    "table cron.job",
    { ...grantsOnTable, owner: "authenticated" },
    grantsOnTable,
  ],
  ["an owner of an extension's table", "table cron.job", { extension: "pg_cron", owner: "authenticated" }],
  ["a sequence that an API role owns", "sequence public.numbers", { owner: "authenticated" }],
  [
    "a privilege of the server's role on an extension",
    "extension privilege insert on table cron.job to pg_monitor",
    { held: true, extension: "pg_cron" },
  ],
])(
  "what an older version did not cover, %s, is adopted by the next deployment",
  (_, identity, object, known) => {
    const older = olderThan({ ...taken(withLevels), ...(known && { [identity]: known }) });
    const now = taken({ ...withLevels, [identity]: object });

    expect(Object.keys(now)).toContain(identity);
    expect(reported(older, now)).toEqual([]);
    expect(reported(deployed(older, now), now)).toEqual([]);
    expect(deployed(older, now)[identity]).toEqual(now[identity]);
  },
);

test.each([
  ["dropped", {}],
  ["detached", { "table hidden.notes_2025": { owner: "postgres" } }],
])("a partition in a private schema that was %s is reported", (_, left: Catalog) => {
  const baseline = taken({ ...live, "table hidden.notes_2025": partition });

  expect(reported(baseline, taken({ ...live, ...left }))).toEqual(["missing table hidden.notes_2025"]);
});

const aclView: Catalog = {
  ...live,
  "view public.acl_ids": {
    owner: "postgres",
    definition: "SELECT id FROM hidden.acl",
    options: { security_invoker: "true" },
  },
  "table hidden.acl": { owner: "postgres", rowSecurity: true },
  "column hidden.acl id": { type: "bigint" },
};
const aclGranted: Catalog = {
  ...aclView,
  "column hidden.acl id": { type: "bigint", grants: { authenticated: ["select"] } },
};

test("a grant on a column of a private table that a view reads is reported, and so is its end", () => {
  const [before, after] = [taken(aclView), taken(aclGranted)];

  expect(reported(before, after)).toEqual(["extra column hidden.acl id"]);
  expect(reported(after, before)).toEqual(["missing column hidden.acl id"]);
  expect(postureWithout(after, { expected: {}, managed: {} })).toEqual(after);
});

test("a grant on a column of a private table that nothing uses any more is no difference", () => {
  const { "view public.acl_ids": _, ...others } = aclGranted;

  expect(reported(taken(aclGranted), taken(others))).toEqual(["missing view public.acl_ids"]);
});

test("the copy of an index while it is rebuilt is no difference, unless it calls a function", () => {
  const copy = (name: string, columns: string, valid?: false): Catalog => ({
    [`index public.${name}`]: {
      table: "public.notes",
      definition: `CREATE UNIQUE INDEX ${name} ON public.notes USING btree (${columns})`,
      ...(valid === false && { valid }),
    },
  });
  const after = (index: Catalog) => reported(taken(live), taken({ ...live, ...index }));
  const isChanged = ["changed table public.notes constraints"];

  expect(after(copy("notes_key_ccnew", "body", false))).toEqual([]);
  expect(after(copy("notes_key_ccold1", "body", false))).toEqual([]);
  expect(after(copy("notes_key_ccnew", "body"))).toEqual(isChanged);
  expect(after(copy("notes_other", "body", false))).toEqual(isChanged);
  expect(after(copy("notes_key_ccnew", "hidden.spy(body)", false))).toEqual(isChanged);
});

test("the baseline keeps a comment that configures pg_graphql", () => {
  const comment = '@graphql({"introspection": true})';
  const live: Catalog = { "schema public": { owner: "postgres", comment } };
  const baseline = postureOf({ live, expected: {}, managed: {} });

  expect(baseline["schema public"]?.directive).toBe(comment);
  expect(postureWithout(baseline, { expected: {}, managed: {} })).toEqual(baseline);
});

/** A check in an exposed schema calls a function of a private schema by an operator, which no text names. */
const withOperator: Catalog = {
  server: { majorVersion: 17, coverage: 2 },
  "schema public": { owner: "postgres" },
  "schema hidden": { owner: "postgres" },
  "table public.notes": { owner: "postgres", rowSecurity: true },
  "operator hidden.##(text,text)": { contentNotRead: true, content: "17: a" },
  "function hidden.same(text, text)": { owner: "postgres", body: "select a = b" },
  "type hidden.level": { owner: "postgres", labels: ["low", "high"] },
};
const usesAs: readonly (readonly [string, string])[] = [
  ["table public.notes", "operator hidden.##(text,text)"],
  ["table public.notes", "type hidden.level"],
  ["operator hidden.##(text,text)", "function hidden.same(text, text)"],
];

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

/** A deployment that changes nothing, by this version. */
const upgradedFrom = (baseline: Catalog, catalog: Catalog) => {
  const former = takenWithUses(catalog, coverageOf(baseline));
  return withNewCoverage(extendBaseline(baseline, former, former), former, takenWithUses(catalog));
};
const wrapper = { contentNotRead: true, content: "17: b" };

test("what an operator of a private schema calls counts, and so do the types of columns", () => {
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

test("a baseline of version 2 gets with a deployment what a foreign table of the platform's schemas shows", () => {
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

test("a baseline without the results of functions gets them with a deployment", () => {
  const returning = (returns: string): Catalog => ({
    ...live,
    "function public.f()": { owner: "postgres", body: "select 1", strict: true, returns },
  });
  const now = taken(returning("bigint"));
  const older = { ...now, "function public.f()": { owner: "postgres", body: "select 1", strict: true } };
  const all = taken(returning("SETOF bigint"));

  expect(reported(older, now)).toEqual([]);
  expect(reported(deployed(older, now), now)).toEqual([]);
  expect(reported(deployed(older, now), all)).toEqual(["changed function public.f() returns"]);
});

test.each<[string, string]>([
  ["realtime.messages", "realtime"],
  ["public.notes", "extensions"],
])("a partition of %s in the schema %s counts unless both are the platform's", (parent, schema) => {
  const partition = `table ${schema}.p_2025`;
  const catalog: Catalog = {
    ...live,
    "table realtime.messages": { owner: "supabase_realtime_admin", rowSecurity: true },
    [partition]: { owner: "postgres", partitionOf: parent },
  };

  expect(Object.keys(taken(catalog)).includes(partition)).toBe(parent === "public.notes");
});

test("a baseline of version 2 without rules, domains, members and sign-in sources gets them with a deployment", () => {
  const used: Catalog = {
    server: { majorVersion: 17, coverage: 2 },
    "schema public": { owner: "postgres" },
    "schema hidden": { owner: "postgres" },
    "table hidden.acl": { owner: "postgres", rowSecurity: true },
    "view public.ids": {
      owner: "postgres",
      definition: "SELECT id FROM hidden.acl",
      options: { security_invoker: "true" },
    },
    "constraint hidden.acl short": { definition: "CHECK ((id < 10))" },
    "trigger hidden.acl watch": { definition: "CREATE TRIGGER …", enabled: "yes" },
    "type public.email": { owner: "postgres", kind: "domain", type: "text" },
    "table public.people": { owner: "postgres", rowSecurity: true },
    "column public.people address": { type: "public.email" },
    "extension tools": { version: "1", content: "17: a", members: "17: b" },
    "SSO provider 1": { content: "a" },
  };
  const read = { ...used, "extension tools": { version: "1", content: "17: a" } };
  // What version 2 recorded: it knew neither domains nor members.
  const older = Object.fromEntries(
    Object.entries(postureOf({ live: read, expected: {}, managed: {}, coverage: 2 })).map(
      ([identity, { domains: _, ...object }]) => [identity, object],
    ),
  );
  const former = taken2(used);

  expect(older).not.toHaveProperty("SSO provider 1");
  expect(older["table hidden.acl"]).not.toHaveProperty("constraints");
  expect(reported(older, former)).toEqual([]);
  const adopted = withNewCoverage(extendBaseline(older, former, former), former, taken(used));
  expect(reported(adopted, taken(used))).toEqual([]);
  expect(adopted).toEqual(taken(used));
});

function taken2(catalog: Catalog): Catalog {
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

test("prune: drop leaves a new trigger of a private table that an exposed view reads", () => {
  const trigger = { definition: "CREATE TRIGGER audit …", enabled: "yes" };
  const [before, after] = [taken(aclView), taken({ ...aclView, "trigger hidden.acl audit": trigger })];
  const differences = diffPostures(before, after);

  expect(reported(before, after)).toEqual(["extra trigger hidden.acl audit"]);
  expect(postureRepairOf("trigger hidden.acl audit", differences, before, { live: after })).toEqual({
    identity: "trigger hidden.acl audit",
    safe: [],
    advice: "drop trigger audit on hidden.acl",
    owner: "postgres",
  });
});
