import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const migration = `create schema $s;
create table $s.t (id integer primary key, name text);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
`;

/** Returns repeatables whose objects cannot be replaced in place: with one column, and with two or another type. */
const repeatables = (columns: string, type: string): Record<string, string> => ({
  "repeatable/v.sql": `create or replace view $s.v as select ${columns} from $s.t;\ngrant select on $s.v to authenticated;`,
  "repeatable/revoked.sql": `create or replace view $s.revoked as select ${columns} from $s.t;\nrevoke all on $s.revoked from anon;`,
  "repeatable/plain.sql": `create view $s.plain as select ${columns} from $s.t;`,
  "repeatable/f.sql": `create or replace function $s.f() returns ${type} language sql as 'select 1::${type}';\nrevoke execute on function $s.f() from public;`,
  "repeatable/m.sql": `create materialized view $s.m as select ${columns} from $s.t;`,
});

const manual = `grant select, insert on $s.v to anon; grant update (id) on $s.v to anon;
grant select on $s.revoked to anon, service_role;
create trigger by_hand instead of update on $s.plain for each row execute function $s.touch();
create rule by_hand as on insert to $s.plain do instead nothing;
grant select on $s.plain to anon with grant option;
grant execute on function $s.f() to anon;
create index by_hand on $s.m (id); grant select on $s.m to anon`;

/** Manual changes that a refresh reports. */
const reported = [
  'live["column $s.v id"]',
  'live["function $s.f()"].grants',
  'live["index $s.by_hand"]',
  'live["materialized view $s.m"].grants',
  'live["rule $s.plain by_hand"]',
  'live["trigger $s.plain by_hand"]',
  'live["view $s.plain"].grants',
  'live["view $s.revoked"].grants',
  'live["view $s.v"].grants',
];

async function rebuilt(prune: "report" | "drop"): Promise<BundleUnderTest> {
  const files = { "migrations/20260101000000_first.sql": migration, ...repeatables("id, name", "integer") };
  const bundle = await databases.bundle(files, { dryRun: "live", prune });
  await bundle.up();
  await bundle.sql(manual);
  bundle.write(repeatables("id", "bigint"));
  await bundle.refresh();
  bundle.logs = [];
  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();
  return bundle;
}

test("manual changes of rebuilt objects are recreated, stay foreign and are named; a file's revoke takes precedence", async () => {
  const bundle = await rebuilt("report");

  expect(await bundle.refresh()).toEqual(reported.map((path) => path.replaceAll("$s", bundle.schema)));
  expect(
    (
      await bundle.sql(
        `select has_table_privilege('anon', '$s.v', 'insert') as v, has_column_privilege('anon', '$s.v', 'id', 'update') as id,
           has_table_privilege('anon', '$s.revoked', 'select') as revoked,
           has_table_privilege('service_role', '$s.revoked', 'select') as other,
           has_table_privilege('anon', '$s.plain', 'select with grant option') as plain,
           has_function_privilege('anon', '$s.f()', 'execute') as f, has_table_privilege('anon', '$s.m', 'select') as m`,
      )
    ).rows,
  ).toEqual([{ v: true, id: true, revoked: false, other: true, plain: true, f: true, m: true }]);
  const lines = bundle.logs.join("\n").replaceAll(bundle.schema, "$s");
  expect(lines).toContain(
    "(not made by the bundle, and not adopted):\n  column $s.v id\n  index $s.by_hand\n  rule $s.plain by_hand\n  trigger $s.plain by_hand",
  );
});

test("negative control: with prune: drop, prunable objects are dropped", async () => {
  const bundle = await rebuilt("drop");

  expect(await bundle.refresh()).toEqual(
    reported.filter((path) => /index|rule/.test(path)).map((path) => path.replaceAll("$s", bundle.schema)),
  );
});

/** A repeatable that recreates its view when its columns change, and a manual change after its first deployment. */
interface Recreation {
  /** `$columns` is replaced by columns, `$manager` and `$analyst` by roles. */
  readonly file: string;
  readonly hand: string;
}

/**
 * Returns the privileges that exist after the view was recreated, as `role relation` with a column, the
 * policies, and what is named as gone.
 */
async function afterRecreation({ file, hand }: Recreation) {
  const bundle = await databases.bundle({}, { dryRun: "live" });
  const manager = `manager ${bundle.schema}`;
  const analyst = `analyst ${bundle.schema}`;
  const named = (text: string) =>
    text.replaceAll("$manager", `"${manager}"`).replaceAll("$analyst", `"${analyst}"`);
  const repeatable = (columns: string) => ({
    "repeatable/v.sql": named(file.replaceAll("$columns", columns)),
  });
  await bundle.sql(named("create role $manager; create role $analyst; grant $manager to postgres"));
  bundle.write({ [firstFile]: migration, ...repeatable("*, id as more") });
  await bundle.up();
  await bundle.sql(named(hand));
  bundle.write(repeatable("*"));
  await bundle.refresh();
  bundle.logs = [];
  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  const roles = ["anon", "service_role", manager, analyst];
  const { rows } = await bundle.sql(
    `select concat_ws(' ', split_part(role, ' ', 1), relation, part) as held
     from unnest(array['${roles.join("', '")}']) role, unnest(array['t', 'v']) relation, unnest(array[null, 'name']) part
     where case when part is null then has_table_privilege(role, '$s.' || relation, 'select')
       else has_column_privilege(role, '$s.' || relation, part, 'select')
         and not has_table_privilege(role, '$s.' || relation, 'select') end
     order by 1`,
  );
  const policies = await bundle.sql("select polname from pg_policy where polrelid = '$s.t'::regclass");
  const gone = bundle.logs.flatMap(
    (line) => /^warning: Manual changes that are gone[^\n]*\n(.*)$/s.exec(line)?.[1] ?? [],
  );
  return {
    held: rows.map((row: { held: string }) => row.held),
    policies: policies.rows.map((row: { polname: string }) => row.polname),
    gone: [...new Set(gone.flatMap((lines) => lines.trim().split(/\n */)))].map((line) =>
      line.replaceAll(bundle.schema, "$s"),
    ),
  };
}

/** The two ways in which a view is recreated: by us, if the server cannot replace it, and by its file. */
const views = {
  "a view that cannot be replaced": "create or replace view $s.v as select $columns from $s.t",
  "a view that its file drops": "drop view if exists $s.v;\ncreate view $s.v as select $columns from $s.t",
};

describe.each(Object.entries(views))("%s", (_, view) => {
  const ofColumns = "grant select (name) on $s.t, $s.v to anon, service_role";

  test.each(["$s.t, $s.v", "all tables in schema $s"])(
    "keeps privileges on columns, except those that the file revokes on %s",
    async (relations) => {
      const file = `${view};\nrevoke all on ${relations} from anon;`;

      expect(await afterRecreation({ file, hand: ofColumns })).toEqual({
        held: ["service_role t name", "service_role v name"],
        policies: [],
        gone: ["column $s.v name"],
      });
    },
  );

  test("negative control: without a revoke, all privileges on columns are kept", async () => {
    expect(await afterRecreation({ file: `${view};`, hand: ofColumns })).toEqual({
      held: ["anon t name", "anon v name", "service_role t name", "service_role v name"],
      policies: [],
      gone: [],
    });
  });

  const passedOn = `grant usage on schema $s to $manager; grant select on $s.v to $manager with grant option;
set role $manager; grant select on $s.v to $analyst; reset role`;

  test.each(["revoke select on $s.v from $manager cascade", "revoke select on $s.v from $manager"])(
    "keeps no privilege that a role has passed on: %s",
    async (revoke) => {
      expect(await afterRecreation({ file: `${view};\n${revoke};`, hand: passedOn })).toEqual({
        held: [],
        policies: [],
        gone: ["view $s.v"],
      });
    },
  );

  test("negative control: without a revoke, a privilege that a role has passed on is kept", async () => {
    expect(await afterRecreation({ file: `${view};`, hand: passedOn })).toEqual({
      held: ["analyst v", "manager v"],
      policies: [],
      gone: [],
    });
  });

  const toManager = `grant select on $s.t, $s.v to $manager, service_role; grant select (name) on $s.v to $manager;
create policy by_hand on $s.t to $manager using (true)`;

  test("a role whose privileges the file drops keeps no privilege and no policy", async () => {
    const file = `${view};\ndrop owned by $manager;`;

    expect(await afterRecreation({ file, hand: toManager })).toEqual({
      held: ["service_role t", "service_role v"],
      policies: [],
      gone: expect.arrayContaining(["policy $s.t by_hand", "view $s.v"]),
    });
  });

  test("negative control: without the drop, a role keeps its privileges", async () => {
    expect(await afterRecreation({ file: `${view};`, hand: toManager })).toEqual({
      held: ["manager t", "manager v", "service_role t", "service_role v"],
      policies: ["by_hand"],
      gone: [],
    });
  });
});

describe.each([
  [
    "policy",
    "create function $s.f() returns boolean language sql as 'select true';\ncreate policy of_migration on $s.t using ($s.f());",
    "drop function if exists $s.f() cascade;\ncreate or replace function $s.f() returns boolean language sql as 'select false';",
  ],
  [
    "trigger",
    "create view $s.w as select id from $s.t;\ncreate trigger of_migration instead of update on $s.w for each row execute function $s.touch();",
    "drop view if exists $s.w cascade;\ncreate view $s.w as select id, name from $s.t;",
  ],
])("a %s of a migration", (kind, next, file) => {
  const refused = "A repeatable drops or renames objects of migrations";

  test("is not dropped by a repeatable, in the same deployment and in a later one", async () => {
    const bundle = await databases.bundle({ [firstFile]: migration }, { dryRun: "live" });
    await bundle.up();

    bundle.write({ [nextFile]: next, "repeatable/r.sql": file });
    expect(await failureOf(bundle.preview())).toContain(refused);
    expect(await failureOf(bundle.up())).toContain(refused);

    bundle.write({ "repeatable/r.sql": undefined });
    await bundle.up();
    bundle.write({ "repeatable/r.sql": file });
    expect(await failureOf(bundle.preview())).toContain(refused);
    expect(await failureOf(bundle.up())).toContain(refused);
  });

  test("negative control: a manual one does not stop the repeatable", async () => {
    const object = next.split("\n");
    const bundle = await databases.bundle({ [firstFile]: `${migration}\n${object[0]}` }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(object[1] ?? "");
    bundle.write({ "repeatable/r.sql": file });
    await bundle.refresh();
    bundle.logs = [];

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    const relation = kind === "policy" ? "t" : "w";
    expect(bundle.logs.join("\n")).toContain(`${kind} ${bundle.schema}.${relation} of_migration`);
  });
});
