import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, differencesFromEmpty, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const redefining = "repeatable/redefining.sql";
const schema = `create schema $s;
create table $s.customers (id integer primary key, name text);
`;
const total = (body: string) =>
  `create or replace function $s.total(x integer) returns integer language sql as $$ select ${body} $$;`;
const view = (columns: string) => `create or replace view $s.v as select ${columns} from $s.customers;`;

async function endsAsOnAnEmptyDatabase(bundle: BundleUnderTest): Promise<void> {
  await bundle.preview();
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
}

describe("after a repeatable that redefined a migration's object is removed, the migration's definition is restored", () => {
  const cases: { name: string; migration: string; repeatable: string; taken: string }[] = [
    {
      name: "a function",
      migration: `${total("x")}\ngrant execute on function $s.total(integer) to authenticated;`,
      repeatable: total("x + 1"),
      taken: "function $s.total(integer): body",
    },
    {
      name: "a function with a comment and grants of the repeatable's",
      migration: `${total("x")}\ncomment on function $s.total(integer) is 'First.';`,
      repeatable: `${total("x + 1")}\ncomment on function $s.total(integer) is 'Second.';\ngrant execute on function $s.total(integer) to service_role;`,
      taken: "function $s.total(integer): body, comment, grants",
    },
    {
      name: "a view",
      migration: view("id"),
      repeatable: view("id, name"),
      taken: "view $s.v: definition",
    },
    {
      name: "a policy",
      migration: "create policy p on $s.customers using (id > 0);",
      repeatable: "create policy p on $s.customers to authenticated using (id > 1);",
      taken: "policy $s.customers p: roles, using",
    },
  ];

  test.each(sliceOf(cases, 4))("$name", async ({ migration, repeatable, taken }) => {
    const bundle = await databases.bundle(
      { [first]: `${schema}${migration}`, [redefining]: repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);
    bundle.write({ [redefining]: undefined });
    bundle.logs = [];

    await endsAsOnAnEmptyDatabase(bundle);

    expect(bundle.logs.join("\n")).toContain(
      `Reverted, because no file states it any more:\n  ${taken.replaceAll("$s", bundle.schema)}`,
    );
    expect(bundle.logs.join("\n")).not.toContain("Dropped");
  });

  test("with the same definition: nothing changes", async () => {
    const bundle = await databases.bundle({ [first]: `${schema}${total("x")}`, [redefining]: total("x") });
    await bundle.up();
    bundle.write({ [redefining]: undefined });

    await endsAsOnAnEmptyDatabase(bundle);

    expect((await bundle.sql("select $s.total(2) as total")).rows).toEqual([{ total: 2 }]);
  });

  test("if the repeatable came later and another migration changed the function that it uses", async () => {
    const bundle = await databases.bundle({ [first]: `${schema}${total("x")}` });
    await bundle.up();
    bundle.write({ [redefining]: total("x + 1") });
    await endsAsOnAnEmptyDatabase(bundle);
    bundle.write({ [next]: total("x + 2") });
    await endsAsOnAnEmptyDatabase(bundle);
    expect((await bundle.sql("select $s.total(2) as total")).rows).toEqual([{ total: 3 }]);
    bundle.write({ [redefining]: undefined });

    await endsAsOnAnEmptyDatabase(bundle);

    expect((await bundle.sql("select $s.total(2) as total")).rows).toEqual([{ total: 4 }]);
  });

  test("with other arguments in the repeatable, both functions exist", async () => {
    const bundle = await databases.bundle({
      [first]: `${schema}${total("x")}`,
      [redefining]: total("x + 1"),
    });
    await bundle.up();
    bundle.write({
      [redefining]:
        "create or replace function $s.total(x numeric) returns numeric language sql as $$ select x $$;",
    });

    await endsAsOnAnEmptyDatabase(bundle);
  });
});

describe("a migration takes over a repeatable's object", () => {
  test.each([
    ["a function", total("x")],
    ["a view with a grant", `${view("id")}\ngrant select on $s.v to authenticated;`],
  ])("%s moves unchanged", async (_name, text) => {
    const bundle = await databases.bundle({ [first]: schema, [redefining]: text });
    await bundle.up();
    bundle.write({ [next]: text, [redefining]: undefined });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("the repeatable stays, and is removed later", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [redefining]: `${view("id, name")}\ngrant select on $s.v to authenticated;`,
    });
    await bundle.up();
    bundle.write({ [next]: `${view("id, name")}\ncomment on view $s.v is 'V.';` });
    await endsAsOnAnEmptyDatabase(bundle);
    bundle.write({ [redefining]: undefined });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("without or replace, it creates the object again if no repeatable states it any more", async () => {
    const bundle = await databases.bundle({ [first]: schema, [redefining]: view("id") });
    await bundle.up();
    bundle.write({ [next]: "create view $s.v as select id from $s.customers;", [redefining]: undefined });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("without or replace, while a repeatable states the object, the error names that file", async () => {
    const bundle = await databases.bundle({ [first]: schema, [redefining]: view("id") });
    await bundle.up();
    bundle.write({ [next]: "create view $s.v as select id from $s.customers;" });

    expect(await failureOf(bundle.up())).toContain(
      `hint: repeatable/redefining.sql has created view ${bundle.schema}.v: write create or replace, so that the migration takes it over; or drop it in the migration first.`,
    );
  });
});

describe("a later migration needs an object that a migration created and a repeatable redefined", () => {
  const files = {
    "migrations/20260101000000_first.sql":
      "create schema $s;\ncreate table $s.t (id integer primary key, n integer);\ncreate function $s.f() returns integer language sql as 'select 1';\ncreate view $s.v as select id from $s.t;\n",
    "repeatable/f.sql": "create or replace function $s.f() returns integer language sql as 'select 2';\n",
    "repeatable/v.sql": "create or replace view $s.v as select id, n from $s.t;\n",
  };

  test("it works, as on an empty database", async () => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      "migrations/20260102000000_uses.sql": "create view $s.w as select id, $s.f() as f from $s.v;\n",
    });

    await expectDeployed(databases, bundle);
  });

  test("a part that only the repeatable's definition has is refused", async () => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "migrations/20260102000000_uses.sql": "create view $s.w as select n from $s.v;\n" });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/uses\.sql:1:\d+: column "n" does not exist[\s\S]*creates or changes/);
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});

test("negative control: an object that only the repeatable created is dropped with it", async () => {
  const bundle = await databases.bundle({ [first]: schema, [redefining]: total("x") });
  await bundle.up();
  bundle.write({ [redefining]: undefined });

  await endsAsOnAnEmptyDatabase(bundle);

  expect((await bundle.sql("select to_regprocedure('$s.total(integer)') as found")).rows).toEqual([
    { found: null },
  ]);
});
