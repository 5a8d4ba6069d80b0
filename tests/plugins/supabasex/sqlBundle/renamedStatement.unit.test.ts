import { beforeAll, expect, test } from "vitest";
import { withPresentNames } from "../../../../plugins/supabasex/provider/sqlBundle/apply/renamedStatement";
import { loadParser } from "../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { comparableText } from "../../../../plugins/supabasex/provider/sqlBundle/source/statements";

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

  expect(withPresentNames(identities)(comparableText(former))).toBe(comparableText(present));
});

test("tables that swapped names are distinguished, and names of other schemas stay", () => {
  const rewrite = withPresentNames(
    new Map([
      ["table s.a", "table s.b"],
      ["table s.b", "table s.a"],
    ]),
  );

  expect(rewrite("grant select on s . a , s . b , t . a to a")).toBe(
    "grant select on s . b , s . a , t . a to a",
  );
});
