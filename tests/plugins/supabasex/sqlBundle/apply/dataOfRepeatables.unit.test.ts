import { beforeAll, describe, expect, test } from "vitest";
import { refuseData } from "../../../../../plugins/supabasex/provider/sqlBundle/apply/repeatables/dataOfRepeatables";
import type { CatalogObject } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

const block = bundleFile(
  "repeatable/block.sql",
  "repeatable",
  "do $$ begin execute format('create role %I', 'reporting'); end $$;\n",
);
const other = bundleFile("repeatable/grants.sql", "repeatable", 'grant usage on schema s to "Read only";\n');

function refusal(identity: string, object: CatalogObject = { contentNotRead: true }): string | undefined {
  try {
    refuseData({}, { [identity]: object }, [block, other]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("an object that dynamic SQL of a repeatable created is refused if a plain statement would be", () => {
  // As pg_identify_object writes them.
  test.each([
    "access method a",
    "cast (s.a as s.b)",
    "collation s.de",
    "conversion s.c",
    "foreign-data wrapper w",
    "language l",
    "operator s.##(integer,integer)",
    "operator class s.c USING btree",
    "operator family s.f USING btree",
    "server x",
    "subscription u",
    "text search configuration s.c",
    "text search dictionary s.c",
    "text search parser s.c",
    "text search template s.c",
    "transform for integer language plperl",
    "transform for s.hstore language plperl",
    "type s.base",
    "user mapping for app on server x",
  ])("%s", (identity) => {
    expect(refusal(identity)).toContain(
      `A repeatable creates objects that would stay if the statement were removed:\n  ${identity}`,
    );
  });

  test.each<[what: string, identity: string, object: CatalogObject]>([
    ["a function", "function s.f()", {}],
    ["an aggregate", "aggregate s.a(integer)", { contentNotRead: true }],
    ["an enum", "type s.mood", { labels: ["good"] }],
    ["a setting of the server", "server setting work_mem", {}],
    ["a setting of a role", "role settings reporting", {}],
  ])("negative control: %s", (_what, identity, object) => {
    expect(refusal(identity, object)).toBeUndefined();
  });
});

describe("roles, which other databases' deployments may create at the same time", () => {
  test.each(["role reporting", 'role "Read only"'])("%s, which a file names, is refused", (identity) => {
    expect(refusal(identity, {})).toContain(`\n  ${identity}`);
  });

  test("a role that no file names is accepted", () => {
    expect(refusal("role of_another_database", {})).toBeUndefined();
  });
});
