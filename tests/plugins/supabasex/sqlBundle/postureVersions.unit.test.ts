import { expect, test } from "vitest";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  diffPostures,
  extendBaseline,
  postureOf,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { postureWithout } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture/posture";
import { postureRepairOf } from "../../../../plugins/supabasex/provider/sqlBundle/repair/postureRepair";
import {
  aclGranted,
  aclView,
  coveredByOlder,
  live,
  notCoveredByOlder,
  notes,
  partition,
  reported,
  taken,
  withLevels,
} from "./postureVersionCases";

// The baseline between versions of the server and of this program, without a database.
const policy = "policy public.notes own";
/** Returns a deployment that changes nothing. */
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

/** Returns the same baseline as an older version of this program recorded it. */
const olderThan = (now: Catalog): Catalog => ({ ...now, server: { majorVersion: 17 } });

test.each(coveredByOlder)(
  "what an older version covered, %s, is reported, and no deployment adopts it",
  (_, identity, object) => {
    const older = olderThan(taken(withLevels));
    const now = taken({ ...withLevels, [identity]: object });

    expect(reported(older, now)).toEqual([`extra ${identity}`]);
    expect(reported(deployed(older, now), now)).toEqual([`extra ${identity}`]);
  },
);

test.each(notCoveredByOlder)(
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

test("a grant on a column of a private table that a view reads is reported, and so is its revocation", () => {
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

test("a deployment adds the results of functions to a baseline without them", () => {
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

test("prune: drop keeps a new trigger of a private table that an exposed view reads", () => {
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

test("statement triggers of partitions of other applications move to the parent's without a report, and later losses are reported", () => {
  const guard = (table: string) => ({
    definition: `CREATE TRIGGER keep BEFORE DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse()`,
    enabled: "yes",
  });
  const parent = "trigger public.parts keep";
  const table = { owner: "postgres", partitionKey: "LIST (id)" };
  const { "trigger public.parts_1 keep": copy = {}, ...read } = taken({
    ...live,
    "table public.parts": { ...table, defaultPartition: true },
    [parent]: { ...guard("public.parts"), partitions: "all" },
    "trigger public.parts_1 keep": guard("public.parts_1"),
  });
  // As the version before recorded it.
  const older: Catalog = {
    ...read,
    "table public.parts": { owner: "postgres" },
    [parent]: guard("public.parts"),
    "trigger public.parts_1 keep": copy,
  };
  const lost: Catalog = {
    ...read,
    "table public.parts": { owner: "postgres" },
    [parent]: { ...guard("public.parts"), partitions: ["public.parts_1"] },
  };
  const baseline = deployed(older, read);
  const unguarded = reported(baseline, lost);

  expect(reported(older, read)).toEqual([]);
  expect(reported(older, lost)).toEqual(["missing trigger public.parts_1 keep"]);
  expect(baseline["trigger public.parts_1 keep"]).toBeUndefined();
  expect(unguarded).toEqual(["changed table public.parts defaultPartition", `changed ${parent} partitions`]);
  const repairOf = (identity: string) => {
    const differences = diffPostures(baseline, lost).filter((difference) => difference.identity === identity);
    return postureRepairOf(identity, differences, baseline, { live: lost });
  };
  expect(repairOf("table public.parts")).toMatchObject({
    safe: [],
    advice: "the job or file that creates the partitions also restores this: run it",
  });
  expect(repairOf(parent).safe).toEqual([expect.stringContaining("CREATE OR REPLACE TRIGGER keep")]);
});
