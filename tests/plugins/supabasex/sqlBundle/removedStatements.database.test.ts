import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { helper, removedStatements, schema, view } from "./removedStatementCases";
import { Databases, differencesFromEmpty, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const repeatable = "repeatable/r.sql";
/** Deploys the current files, and expects the same line of preview and up, and the catalog of an empty database. */
async function takesBack(bundle: BundleUnderTest, taken: string): Promise<void> {
  const lines = `Reverted, because no file states it any more:\n  ${taken.replaceAll("$s", bundle.schema)}`;
  bundle.logs = [];
  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  expect(bundle.logs.join("\n")).toContain(lines);
  bundle.logs = [];
  await bundle.up();
  expect(bundle.logs.join("\n")).toContain(lines);
  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
}

describe("a statement removed from a repeatable is reverted", () => {
  test.each(sliceOf(removedStatements, 4))(
    "$name",
    async ({ statement, rest = "set lock_timeout to default;", taken }) => {
      const bundle = await databases.bundle(
        { [first]: schema, [repeatable]: `${rest}\n${statement}` },
        { dryRun: "live" },
      );
      await bundle.up();
      bundle.write({ [repeatable]: rest });

      await takesBack(bundle, taken);
    },
  );
});

const grant = "grant select on $s.customers to authenticated;";
const rls = "alter table $s.customers enable row level security;";

describe("reverted statements", () => {
  test("a removed file that only altered a table and another file's view", async () => {
    const bundle = await databases.bundle(
      {
        [first]: schema,
        "repeatable/v.sql": `${view}\ngrant select on $s.v to authenticated;`,
        "repeatable/facts.sql": `${grant}\n${rls}\ngrant insert on $s.v to authenticated;\ncomment on view $s.v is 'V.';`,
      },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ "repeatable/facts.sql": undefined });

    await takesBack(bundle, "table $s.customers: grants, rowSecurity\n  view $s.v: comment, grants");
  });

  test("if one statement changes, the effects of the others are kept", async () => {
    const bundle = await databases.bundle(
      {
        [first]: schema,
        [repeatable]: `${grant}\ngrant insert, update on $s.customers to service_role;\n${rls}`,
      },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [repeatable]: `${grant}\ngrant insert on $s.customers to service_role;\n${rls}` });

    await takesBack(bundle, "table $s.customers: grants");
  });

  test("without the file's set role, its objects belong to the deploying role", async () => {
    const bundle = await databases.bundle(
      { [first]: schema, [repeatable]: `set local role service_role;\n${helper}` },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [repeatable]: helper });

    await takesBack(bundle, "function $s.helper(integer): owner");
  });

  test("the file is renamed at the same time", async () => {
    const bundle = await databases.bundle(
      { [first]: schema, [repeatable]: `${view}\ngrant select on $s.v to anon;` },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [repeatable]: undefined, "repeatable/renamed.sql": view });

    await takesBack(bundle, "view $s.v: grants");
  });

  test("a view without grants gets the default privileges", async () => {
    const defaults = "alter default privileges in schema $s grant select on tables to anon;\n";
    const bundle = await databases.bundle(
      { [first]: schema + defaults, [repeatable]: `${view}\nrevoke all on $s.v from anon;` },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [repeatable]: view });

    await takesBack(bundle, "view $s.v: grants");
  });

  test("a grant on an object outside of the bundle no longer belongs to the bundle", async () => {
    const grantOnPublic = "grant usage on schema public to authenticated, service_role;";
    const bundle = await databases.bundle(
      { [first]: schema, [repeatable]: grantOnPublic },
      { dryRun: "live" },
    );
    await bundle.sql("revoke usage on schema public from service_role, authenticated");
    await bundle.sql("grant usage on schema public to authenticated");
    await bundle.up();
    bundle.write({ [repeatable]: "set lock_timeout to default;" });

    await takesBack(bundle, "schema public: grants");

    const { rows } = await bundle.sql(
      "select has_schema_privilege('service_role', 'public', 'usage') as service, has_schema_privilege('authenticated', 'public', 'usage') as api",
    );
    // By default, PUBLIC may use the schema public.
    expect(rows).toEqual([{ service: true, api: true }]);
    await bundle.sql("revoke usage on schema public from authenticated");
    expect(await bundle.refresh()).toEqual([]);
  });
});

describe("negative controls: statements that are also elsewhere are kept", () => {
  const stays: { name: string; files: Record<string, string> }[] = [
    { name: "another repeatable", files: { "repeatable/other.sql": `${rls}\n${grant}` } },
    {
      name: "another repeatable, with a different spelling",
      files: {
        "repeatable/other.sql":
          "do $$ begin alter table $s.customers enable row level security; grant select on $s.customers to authenticated; end $$;",
      },
    },
    { name: "an earlier migration", files: { [first]: `${schema}${rls}${grant}` } },
  ];

  test.each(stays)("$name", async ({ files }) => {
    const bundle = await databases.bundle(
      { [first]: schema, [repeatable]: `${rls}\n${grant}`, ...files },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.logs = [];
    bundle.write({ [repeatable]: undefined });

    await bundle.up();

    await bundle.sql(
      "select 1 / relrowsecurity::int, 1 / has_table_privilege('authenticated', '$s.customers', 'select')::int from pg_class where oid = '$s.customers'::regclass",
    );
    expect(bundle.logs.join("\n")).not.toContain("Taken back");
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("a later migration that had no effect", async () => {
    const bundle = await databases.bundle({ [first]: schema, [repeatable]: `${rls}\n${grant}` });
    await bundle.up();
    bundle.write({ "migrations/20260102000000_next.sql": `${rls}\n${grant}` });
    await bundle.up();
    bundle.logs = [];
    bundle.write({ [repeatable]: undefined });

    await bundle.up();

    expect(bundle.logs.join("\n")).not.toContain("Taken back");
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("a manual grant", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [repeatable]: `${view}\ngrant select on $s.v to authenticated;`,
    });
    await bundle.up();
    await bundle.sql("grant insert on $s.v to authenticated");
    bundle.write({ [repeatable]: view });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([`live["view ${bundle.schema}.v"].grants`]);
    const { rows } = await bundle.sql(
      "select has_table_privilege('authenticated', '$s.v', 'insert') as manual, has_table_privilege('authenticated', '$s.v', 'select') as stated",
    );
    expect(rows).toEqual([{ manual: true, stated: false }]);
  });

  test("a statement moves to another file", async () => {
    const bundle = await databases.bundle({ [first]: schema, [repeatable]: `${rls}\n${grant}` });
    await bundle.up();
    bundle.logs = [];
    bundle.write({ [repeatable]: grant, "repeatable/rls.sql": `-- moved\n${rls}` });

    await bundle.up();

    expect(bundle.logs.join("\n")).not.toContain("Taken back");
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("an accepted older checkout reverts nothing of files that it lacks", async () => {
    const next = "migrations/20260102000000_next.sql";
    const bundle = await databases.bundle(
      { [first]: schema, [next]: "select 1;", [repeatable]: rls },
      { allowAhead: true },
    );
    await bundle.up();
    bundle.write({ [next]: undefined, [repeatable]: undefined, "repeatable/v.sql": view });

    await bundle.up();

    const { rows } = await bundle.sql(
      "select relrowsecurity as rls from pg_class where oid = '$s.customers'::regclass",
    );
    expect(rows).toEqual([{ rls: true }]);
  });
});

test("a refused run reverts nothing", async () => {
  const bundle = await databases.bundle({ [first]: schema, [repeatable]: rls });
  await bundle.up();
  bundle.write({ [repeatable]: "comment on table $s.nowhere is 'x';" });

  expect(await failureOf(bundle.up())).toContain("does not exist");

  const { rows } = await bundle.sql(
    "select relrowsecurity as rls from pg_class where oid = '$s.customers'::regclass",
  );
  expect(rows).toEqual([{ rls: true }]);
});

test("if a file recreates an object, statements of other files about it run again", async () => {
  const bundle = await databases.bundle(
    {
      [first]: schema,
      "repeatable/facts.sql":
        "grant select on $s.m to authenticated;\ncomment on materialized view $s.m is 'M.';",
      "repeatable/m.sql": "create materialized view $s.m as select id from $s.customers;",
    },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.logs = [];
  bundle.write({ "repeatable/m.sql": "create materialized view $s.m as select id, name from $s.customers;" });

  await bundle.up();

  expect(bundle.logs.join("\n")).toMatch(/repeatable\/facts\.sql +dependency: repeatable\/m\.sql/);
  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
});
