import { describe, expect, test } from "vitest";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import {
  mentions,
  mentionsObject,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/mentions";

const file = (text: string) => bundleFile("migrations/20260101000000_a.sql", "migration", text);
const long = `${"a_long_name_".repeat(6)}at_the_end`;
/** As the server stores it. */
const cut = long.slice(0, 63);

/** A text, and the name in the catalog that it contains. */
const spellings: [what: string, text: string, name: string][] = [
  ["a plain name", "alter table s.orders enable row level security", "orders"],
  ["in upper case", "alter table S.ORDERS enable row level security", "orders"],
  ["a name that is longer than the server stores", `alter table s.${long} enable row level security`, cut],
  ["the same in quotes", `alter table s."${long}" enable row level security`, cut],
  ["a name with a double quote", 'alter table s."or""ders" enable row level security', '"or""ders"'],
  ["a name with two", 'alter table s."or""""ders" enable row level security', '"or""""ders"'],
  [
    "a name with letters that the server does not fold",
    "alter table s.GRÖSSE enable row level security",
    '"grÖsse"',
  ],
  ["a name with escapes", 'alter table s.U&"\\006frd\\+000065rs" enable row level security', "orders"],
  [
    "a name with a backslash beside one with escapes",
    'alter table s."or\\0064ers" enable row level security; select U&"\\0061"',
    '"or\\0064ers"',
  ],
  ["a string with a quote", "select cron.schedule('it''s', '* * * * *', 'select 1')", "it's"],
];

describe("a text mentions a name, however it is written", () => {
  test.each(spellings)("%s", (_what, text, name) => {
    expect(mentions(file(text), name)).toBe(true);
  });

  test.each([
    ["a longer name", "alter table s.orders_old enable row level security", "orders"],
    [
      "a name that begins with a stored one",
      `alter table s.${cut.slice(0, 62)} enable row level security`,
      cut,
    ],
    ["another name with a quote", 'alter table s."or""der" enable row level security', '"or""ders"'],
  ])("negative control: %s", (_what, text, name) => {
    expect(mentions(file(text), name)).toBe(false);
  });
});

describe("a text mentions an object in its schema", () => {
  test.each(spellings.slice(0, -1))("%s", (_what, text, name) => {
    expect(mentionsObject(file(text), "s", name)).toBe(true);
    expect(mentionsObject(file(text), "other", name)).toBe(false);
  });
});

describe("a text mentions an object in a schema whose name has quotes", () => {
  test.each([
    ["one", 'alter table "my""schema".t enable row level security', '"my""schema"'],
    ["two", 'alter table "my""""schema".t enable row level security', '"my""""schema"'],
    ["a single one", `alter table "my'schema".t enable row level security`, `"my'schema"`],
  ])("%s", (_what, text, schema) => {
    expect(mentionsObject(file(text), schema, "t")).toBe(true);
    expect(mentionsObject(file(text), "other", "t")).toBe(false);
  });
});

test("a text mentions an object in a schema whose name ends with a quote", () => {
  expect(mentionsObject(file('alter table "my""".t enable row level security'), '"my"""', "t")).toBe(true);
});
