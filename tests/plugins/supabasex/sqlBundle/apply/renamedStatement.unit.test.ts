import { beforeAll, expect, test } from "vitest";
import { renamingIn } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/statements/renamedStatement";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { comparableText } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";

beforeAll(() => loadParser());

/** Former identity → present identity. */
const renames: Record<string, string> = {
  "table s.a": 's."B"',
  "column s.a n": 's."B" m',
  "column s.a note": 's."B" note',
  "constraint s.a small": 's."B" little',
  "function s.f(integer)": "t.f(integer)",
  "publication all": "every",
  'table s."x.y"': "s.z",
};

test.each([
  ["a table", "alter table s.a enable row level security", 'alter table s."B" enable row level security'],
  [
    "with quotes and in upper case",
    'alter table S."a" enable row level security',
    'alter table s."B" enable row level security',
  ],
  ["a column", "comment on column s.a.n is 'n of s.a'", "comment on column s.\"B\".m is 'n of s.a'"],
  [
    "a column without its table",
    "alter table s.a alter n set default 1",
    'alter table s."B" alter m set default 1',
  ],
  [
    "a constraint",
    "comment on constraint small on s.a is 'n'",
    "comment on constraint little on s.\"B\" is 'n'",
  ],
  [
    "a function in another schema",
    "grant execute on function s.f(integer) to anon",
    "grant execute on function t.f(integer) to anon",
  ],
  [
    "a publication and its table",
    'alter publication "all" add table s.a',
    'alter publication every add table s."B"',
  ],
  [
    "a name with a dot",
    'alter table s."x.y" enable row level security',
    "alter table s.z enable row level security",
  ],
])("%s: the recorded statement has the present name", (_what, former, present) => {
  const identities = new Map(
    Object.entries(renames).map(([one, other]) => {
      const kind = /^\S+/.exec(one)?.[0] ?? "";
      return [one, `${kind} ${other}`];
    }),
  );

  expect(renamingIn(identities, undefined)(comparableText(former))).toBe(comparableText(present));
});

test("tables that swapped names are distinguished, and names of other schemas stay", () => {
  const rewrite = renamingIn(
    new Map([
      ["table s.a", "table s.b"],
      ["table s.b", "table s.a"],
    ]),
    undefined,
  );

  expect(rewrite("grant select on s . a , s . b , t . a to a")).toBe(
    "grant select on s . b , s . a , t . a to a",
  );
});

test.each<[what: string, renames: Record<string, string>, former: string, present: string]>([
  [
    "a column named like a keyword",
    { "column s.a level": "column s.a severity" },
    "alter table s.a enable row level security",
    "alter table s.a enable row level security",
  ],
  [
    "a column named like a keyword, where it is the column",
    { "column s.a level": "column s.a severity" },
    "grant select (level, id) on s.a to anon",
    "grant select (severity, id) on s.a to anon",
  ],
  [
    "a column named like a privilege",
    { "column s.a update": "column s.a changed" },
    "grant update (update) on s.a to anon",
    "grant update (changed) on s.a to anon",
  ],
  [
    "a column named like a kind of object",
    { "column s.a comment": "column s.a note" },
    "comment on column s.a.comment is 'x'",
    "comment on column s.a.note is 'x'",
  ],
  [
    "a column named like a word of the statement and a role",
    { "column s.a owner": "column s.a boss" },
    "alter table s.a owner to owner",
    "alter table s.a owner to owner",
  ],
  [
    "a schema named like a keyword",
    { "schema security": "schema sec" },
    "alter table s.a enable row level security",
    "alter table s.a enable row level security",
  ],
  [
    "a schema named like a role",
    { "schema app": "schema core", "table app.t": "table core.t" },
    "grant select on app.t to app",
    "grant select on core.t to app",
  ],
  [
    "a role named like a schema and a table",
    { "role app": "role core" },
    "grant select on app.app to app",
    "grant select on app.app to core",
  ],
  [
    "a schema named like its table",
    { "schema orders": "schema shop", "table orders.orders": "table shop.orders" },
    "alter table orders.orders enable row level security",
    "alter table shop.orders enable row level security",
  ],
  [
    "a schema, in a statement about it",
    { "schema app": "schema core" },
    "grant usage on schema app to app",
    "grant usage on schema core to app",
  ],
  [
    "a schema with default privileges",
    { "schema app": "schema core" },
    "alter default privileges in schema app, other grant select on tables to app",
    "alter default privileges in schema core, other grant select on tables to app",
  ],
  [
    "a publication named like a table and a privilege",
    { "publication all": "publication every", "publication orders": "publication sales" },
    "grant all on s.orders to orders",
    "grant all on s.orders to orders",
  ],
  [
    "a policy named like a column",
    { "policy s.a mine": "policy s.a own" },
    "alter policy mine on s.a using (mine = 1)",
    "alter policy own on s.a using (mine = 1)",
  ],
])("%s: only the names of the renamed object change", (_what, renamed, former, present) => {
  const rewrite = renamingIn(new Map(Object.entries(renamed)), undefined);

  expect(rewrite(comparableText(former))).toBe(comparableText(present));
});
