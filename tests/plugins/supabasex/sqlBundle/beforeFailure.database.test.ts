import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, differencesFromEmpty, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const failing = "migrations/20260103000000_failing.sql";
const files = {
  [first]: `create schema $s;
create table $s.orders (id integer primary key, total integer);
create index orders_total on $s.orders (total);
`,
  "repeatable/v.sql": "create or replace view $s.totals as select id, total from $s.orders;\n",
};
const broken = "alter table $s.orders drop column no_such_column;";

describe("a migration that a new environment refuses is not committed because a later one fails", () => {
  const cases = [
    {
      name: "it needs what a repeatable makes",
      migration: "comment on view $s.totals is 'Totals.';",
      message:
        /next\.sql:1:1: relation "\w+\.totals" does not exist[\s\S]*On a new environment it would fail/,
    },
    {
      name: "the server skips its statement",
      migration: "create index if not exists orders_total on $s.orders (total, id);",
      message: /next\.sql:1:1: index \w+\.orders_total already exists with another definition/,
    },
    {
      name: "it works only because of a manual change",
      manual: "alter table $s.orders add column points integer",
      migration: "alter table $s.orders alter column points set default 1;",
      message:
        /next\.sql:1:1: column "points" of relation "orders" does not exist[\s\S]*fails without the manual changes/,
    },
  ];

  test.each(cases)("$name", async ({ manual, migration, message }) => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    if (manual !== undefined) await bundle.sql(manual);
    bundle.write({ [next]: migration, [failing]: broken });

    const preview = await failureOf(bundle.preview());
    const up = await failureOf(bundle.up());

    expect(preview).toMatch(message);
    expect(up).toBe(preview);
    expect(await bundle.history()).toEqual([first, "repeatable/v.sql"]);
  });

  test("negative control: a migration that every environment accepts is kept, and the failure is named", async () => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: "comment on table $s.orders is 'Orders.';", [failing]: broken });

    expect(await failureOf(bundle.preview())).toMatch(/failing\.sql:1:1: column "no_such_column"/);
    expect(await failureOf(bundle.up())).toMatch(/failing\.sql:1:1: column "no_such_column"/);
    expect(await bundle.history()).toContain(next);
  });
});

describe("changes of a migration to a repeatable's object are rolled back", () => {
  const grant = "grant select on all tables in schema $s to service_role;";

  test("if its file is removed in a deployment that fails, and restored", async () => {
    const bundle = await databases.bundle(files);
    await bundle.up();
    bundle.write({ [next]: grant, [failing]: broken, "repeatable/v.sql": undefined });
    expect(await failureOf(bundle.up())).toMatch(/no_such_column/);
    bundle.write({ [failing]: undefined, "repeatable/v.sql": files["repeatable/v.sql"] });

    await bundle.up();

    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("if it moves to another file in the same deployment", async () => {
    const bundle = await databases.bundle(files);
    await bundle.up();
    bundle.write({
      [next]: grant,
      "repeatable/v.sql": undefined,
      "repeatable/views.sql": `-- all views\n${files["repeatable/v.sql"]}`,
    });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});
