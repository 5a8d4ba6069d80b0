import { expect, test } from "vitest";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  diffPostures,
  extendBaseline,
  postureOf,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { postureWithout } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture/posture";

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
