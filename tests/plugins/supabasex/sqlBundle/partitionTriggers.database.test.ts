import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf, firstFile, nextFile } from "./support";

// Triggers of a table with two levels of partitions, which a migration created, so that no file restores them.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const tables = ["$s.p", "$s.p1", "$s.p11", "$s.p2"];
const guard = (table: string) => `
create trigger guard before update on ${table} for each statement execute function $s.refuse('100% it''s ON $s.p');
alter table only ${table} enable always trigger guard;`;
const schema = `create schema $s;
create function $s.refuse() returns trigger language plpgsql as $$ begin return coalesce(new, old); end $$;
create table $s.p (at date not null, v int) partition by range (at);
create table $s.p1 partition of $s.p for values from ('2025-01-01') to ('2026-01-01') partition by range (at);
create table $s.p11 partition of $s.p1 for values from ('2025-12-01') to ('2026-01-01');
create table $s.p2 partition of $s.p for values from ('2026-01-01') to ('2027-01-01');
create trigger each_row before update on $s.p for each row execute function $s.refuse();
${tables.map(guard).join("")}`;

const drop = (...names: string[]) => names.map((name) => `drop trigger guard on $s.${name};`).join(" ");
const disable = (...names: string[]) =>
  names.map((name) => `alter table only $s.${name} disable trigger guard;`).join(" ");
const other = (name: string) =>
  `create or replace trigger guard before delete on $s.${name} for each statement execute function $s.refuse();`;

const changes: readonly (readonly [name: string, change: string])[] = [
  ["dropped from one partition", drop("p11")],
  ["dropped from the table and from one partition", drop("p", "p11")],
  ["dropped from the table and disabled on a partition of a partition", drop("p") + disable("p11")],
  ["dropped from two levels and disabled on the third", drop("p", "p1") + disable("p11")],
  ["dropped from all levels", drop("p", "p1", "p11", "p2")],
  ["disabled on the table and dropped from a partition", disable("p") + drop("p11")],
  ["disabled on the table and on one partition", disable("p", "p1")],
  ["disabled on all levels", disable("p", "p1", "p11", "p2")],
  ["replaced on the table and dropped from one partition", other("p") + drop("p2")],
  [
    "renamed on the table and dropped from one partition",
    `alter trigger guard on $s.p rename to former; ${drop("p11")}`,
  ],
  [
    "dropped, while a manual trigger of a partition has the name of its copy",
    "drop trigger each_row on $s.p; create trigger each_row before update on $s.p11 for each row execute function $s.refuse()",
  ],
];

const triggersIn = async (bundle: BundleUnderTest) =>
  (
    await bundle.sql(`select pg_get_triggerdef(t.oid) as definition, t.tgenabled, t.tgparentid <> 0 as "isCopy"
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = '$s'::regnamespace order by 1`)
  ).rows;

describe.each(["report", "drop"] as const)(
  "with prune: %s, an up restores a trigger on all levels",
  (prune) => {
    test.each(sliceOf(changes, 4))("%s", async (_, change) => {
      const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live", prune });
      await bundle.up();
      const before = await triggersIn(bundle);
      await bundle.sql(change);

      expect(await bundle.refresh()).not.toEqual([]);
      await bundle.preview();
      await bundle.up();

      expect(await triggersIn(bundle)).toEqual(before);
      expect(await bundle.refresh()).toEqual([]);
    });
  },
);

test.each([
  ["replaced on a partition", other("p11")],
  ["dropped from the table and replaced on a partition", drop("p") + other("p11")],
  ["dropped from a partition and replaced on another", drop("p2") + other("p11")],
])(
  "a trigger is %s: the manual one stays and is reported, until prune: drop replaces it",
  async (_, change) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live", prune: "report" });
    await bundle.up();
    const before = await triggersIn(bundle);
    await bundle.sql(change);
    const manual = (await triggersIn(bundle)).find(({ definition }) => definition.includes("BEFORE DELETE"));

    await bundle.up();

    const after = await triggersIn(bundle);
    expect(after).toContainEqual(manual);
    const others = (rows: typeof before) =>
      rows.filter(({ definition }) => !/guard .* ON \S+p11 /.test(definition));
    expect(others(after)).toEqual(others(before));
    expect(await bundle.refresh()).not.toEqual([]);

    bundle.inputs = { ...bundle.inputs, prune: "drop" };
    await bundle.up();

    expect(await triggersIn(bundle)).toEqual(before);
    expect(await bundle.refresh()).toEqual([]);
  },
);

test("a trigger that not all partitions had stays as it was", async () => {
  const withGap = schema.replace(guard("$s.p11"), "");
  const bundle = await databases.bundle({ [firstFile]: withGap });
  await bundle.up();
  await bundle.sql(disable("p"));

  await bundle.up();

  const { rows } = await bundle.sql(
    "select tgrelid::regclass::text as name, tgenabled from pg_trigger where tgname = 'guard' and tgfoid = '$s.refuse'::regproc order by 1",
  );
  expect(rows).toEqual(
    ["p", "p1", "p2"].map((name) => ({ name: `${bundle.schema}.${name}`, tgenabled: "A" })),
  );
});

test("another application's trigger is restored on its partitions with prune: drop", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: "create schema $s;" },
    { watch: "database", prune: "drop" },
  );
  const theirs = schema.replace("create schema $s;", "").replaceAll("$s.", "public.$s_");
  await bundle.sql(theirs);
  await bundle.up();
  await bundle.sql("drop trigger guard on public.$s_p; alter table public.$s_p11 disable trigger guard");
  expect(await bundle.refresh()).not.toEqual([]);

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
});

describe("a row trigger of a file replaces a manual one of its name on a partition, and names it", () => {
  const rowTrigger = "trigger own before insert on $s.p for each row execute function $s.refuse();";
  test.each([
    ["a repeatable with or replace", "repeatable/r.sql", `create or replace ${rowTrigger}`],
    ["a migration with or replace", nextFile, `create or replace ${rowTrigger}`],
    [
      "a migration with or replace in a block",
      nextFile,
      `do $$ begin create or replace ${rowTrigger} end $$;`,
    ],
    ["a repeatable", "repeatable/r.sql", `create ${rowTrigger}`],
  ])("%s", async (_, file, text) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql("create trigger own before delete on $s.p11 for each row execute function $s.refuse()");
    bundle.write({ [file]: text });
    await bundle.refresh();
    const named = `because their object was replaced:\n  trigger ${bundle.schema}.p11 own`;

    bundle.logs = [];
    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    expect(bundle.logs.join("\n")).toContain(named);
    bundle.logs = [];
    await bundle.up();
    expect(bundle.logs.join("\n")).toContain(named);

    expect(await bundle.refresh()).toEqual([]);
  });
});
