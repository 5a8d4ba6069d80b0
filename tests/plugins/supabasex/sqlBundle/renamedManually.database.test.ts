import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, expectDeployed, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.orders (id integer primary key, total integer);
create table $s.items (order_id integer references $s.orders);
create function $s.top(n integer) returns integer language sql as 'select n';
insert into $s.orders values (1, 7);
`;
const file = "repeatable/orders.sql";

describe("what repeatables stated about an object follows a manual rename that a migration states later", () => {
  test.each([
    {
      name: "a table, and a view has its former name",
      before:
        "grant select on $s.orders to anon;\ncomment on column $s.orders.total is 'Total.';\nalter table $s.orders enable row level security;\n",
      manual: "alter table $s.orders rename to bills; create view $s.orders as select * from $s.bills",
      next: "alter table $s.orders rename to bills;\ncreate view $s.orders as select * from $s.bills;",
      after: "comment on column $s.bills.total is 'Total.';\n",
    },
    {
      name: "the same, and the file is removed",
      before:
        "grant select on $s.orders to anon;\nalter table $s.orders alter column total set default 9;\ncreate policy own on $s.orders using (total > 0);\n",
      manual: "alter table $s.orders rename to bills; create view $s.orders as select * from $s.bills",
      next: "alter table $s.orders rename to bills;\ncreate view $s.orders as select * from $s.bills;",
      after: undefined,
    },
    {
      name: "a column, and the file is removed",
      before: "grant update (total) on $s.orders to anon;\ncomment on column $s.orders.total is 'Total.';\n",
      manual: "alter table $s.orders rename column total to amount",
      next: "alter table $s.orders rename column total to amount;",
      after: undefined,
    },
    {
      name: "a function, by a block, and the file is removed",
      before:
        "revoke execute on function $s.top(integer) from public;\ncomment on function $s.top(integer) is 'Top.';\n",
      manual: "alter function $s.top(integer) rename to first",
      next: "do $$ begin if to_regprocedure('$s.top(integer)') is not null then alter function $s.top(integer) rename to first; end if; end $$;",
      after: undefined,
    },
  ])("$name", async ({ before, manual, next, after }) => {
    const bundle = await databases.bundle({ [firstFile]: schema, [file]: before }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(manual);
    bundle.write({ [nextFile]: next, [file]: after });
    await bundle.refresh();

    await expectDeployed(databases, bundle);

    expect(await bundle.up()).toBe(false);
  });
});

const foreign = "create schema theirs_$s; create table theirs_$s.accounts (id integer, name text)";

describe("the same applies to an object that the bundle did not create", () => {
  test.each([
    {
      name: "a table",
      states:
        "grant select on theirs_$s.accounts to anon;\nalter table theirs_$s.accounts enable row level security;\n",
      rename: "alter table theirs_$s.accounts rename to clients",
      isReset:
        "select not relrowsecurity and not has_table_privilege('anon', oid, 'select') as ok from pg_class where oid = 'theirs_$s.clients'::regclass",
    },
    {
      name: "a column",
      states: "alter table theirs_$s.accounts alter column name set default 'nobody';\n",
      rename: "alter table theirs_$s.accounts rename column name to label",
      isReset: "select count(*) = 0 as ok from pg_attrdef where adrelid = 'theirs_$s.accounts'::regclass",
    },
  ])("$name, and the file is removed later", async ({ states, rename, isReset }) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.sql(foreign);
    await bundle.up();
    bundle.write({ [file]: states });
    await bundle.up();
    await bundle.sql(rename);
    bundle.write({
      [nextFile]: `${rename};`,
      [file]: states
        .replaceAll("accounts", rename.includes("clients") ? "clients" : "accounts")
        .replaceAll("column name", rename.includes("label") ? "column label" : "column name"),
    });
    await bundle.refresh();
    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);

    bundle.write({ [file]: undefined });
    await bundle.up();

    expect((await bundle.sql(isReset)).rows).toEqual([{ ok: true }]);
    expect(await bundle.refresh()).toEqual([]);
  });

  test("negative control: a rename that no file states stops the deployment, in preview and up", async () => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.sql(foreign);
    await bundle.up();
    bundle.write({ [file]: "grant select on theirs_$s.accounts to anon;\n" });
    await bundle.up();
    await bundle.sql("alter table theirs_$s.accounts rename to clients");
    bundle.write({ [nextFile]: "comment on table $s.orders is 'Orders.';" });
    await bundle.refresh();

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain(
      `its name is theirs_${bundle.schema}.clients, and this bundle did not create it`,
    );
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});
