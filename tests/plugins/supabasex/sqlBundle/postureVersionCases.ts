import type { Catalog, CatalogObject } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { diffPostures, postureOf } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";

/** Returns the differences as `<kind> <identity> <property>`. */
export const reported = (baseline: Catalog, posture: Catalog) =>
  diffPostures(baseline, posture).map(({ kind, identity, property }) =>
    [kind, identity, ...(property === undefined ? [] : [property])].join(" "),
  );

export const taken = (catalog: Catalog, expected: Catalog = {}, managed: Catalog = {}) =>
  postureOf({ live: catalog, expected, managed });

export const notes = { owner: "postgres", rowSecurity: true };
export const live: Catalog = {
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

export const partition = { owner: "postgres", partitionOf: "public.notes", grants: { anon: ["select"] } };
export const withLevels = { ...live, "type auth.level": { owner: "postgres", labels: ["low"] } };

/** What an older version covered: description, identity and object. */
export const coveredByOlder: readonly [string, string, CatalogObject][] = [
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
];

const grantsOnTable = { extension: "pg_cron", grants: { anon: ["select"] } };

/** What an older version did not cover: description, identity, object, and what it recorded of it. */
export const notCoveredByOlder: readonly [string, string, CatalogObject, CatalogObject?][] = [
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
];

export const aclView: Catalog = {
  ...live,
  "view public.acl_ids": {
    owner: "postgres",
    definition: "SELECT id FROM hidden.acl",
    options: { security_invoker: "true" },
  },
  "table hidden.acl": { owner: "postgres", rowSecurity: true },
  "column hidden.acl id": { type: "bigint" },
};
export const aclGranted: Catalog = {
  ...aclView,
  "column hidden.acl id": { type: "bigint", grants: { authenticated: ["select"] } },
};

/** A check in an exposed schema calls a function of a private schema by an operator, which no text names. */
export const withOperator: Catalog = {
  server: { majorVersion: 17, coverage: 2 },
  "schema public": { owner: "postgres" },
  "schema hidden": { owner: "postgres" },
  "table public.notes": { owner: "postgres", rowSecurity: true },
  "operator hidden.##(text,text)": { contentNotRead: true, content: "17: a" },
  "function hidden.same(text, text)": { owner: "postgres", body: "select a = b" },
  "type hidden.level": { owner: "postgres", labels: ["low", "high"] },
};
export const usesAs: readonly (readonly [string, string])[] = [
  ["table public.notes", "operator hidden.##(text,text)"],
  ["table public.notes", "type hidden.level"],
  ["operator hidden.##(text,text)", "function hidden.same(text, text)"],
];

/** A database with rules, domains, members and sign-in sources, which version 2 did not cover. */
export const withSources: Catalog = {
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
