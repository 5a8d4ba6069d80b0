import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unknown } from "../../../../plugins/provider-host/values";
import { fingerprint, readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_t.sql":
    "create schema $s;\ncreate table $s.t (id int primary key);\ncreate sequence $s.n;\n",
  "repeatable/f.sql": "create or replace function $s.f() returns int language sql as $$\n  select 1\n$$;\n",
  "repeatable/v.sql": "create or replace view $s.v as select $s.f() as f;\n",
};

test("a dry run executes everything and does not change the catalog's fingerprint", async () => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  const before = fingerprint(await readCatalog(bundle.hand));

  const outputs = await bundle.preview();

  expect(fingerprint(await readCatalog(bundle.hand))).toBe(before);
  expect((await bundle.sql("select to_regnamespace('$s') as s")).rows).toEqual([{ s: null }]);
  expect(outputs.version).toBe("20260101000000");
  const log = bundle.logs.join("\n");
  expect(log).toMatch(/3 files would run \(dry run: executed and rolled back\):/);
  expect(log).toContain(`+ table ${bundle.schema}.t`);
  await bundle.up();
  expect(bundle.state?.outputs.expected).toEqual(outputs.expected);
});

test("a dry run detects a broken migration and a broken repeatable", async () => {
  const bundle = await databases.bundle(
    { ...files, "migrations/20260102000000_x.sql": "select 1;\nselect * from $s.nowhere;\n" },
    { dryRun: "live" },
  );
  expect(await failureOf(bundle.preview())).toMatch(
    /x\.sql:2:15: relation "s\d+\.nowhere" does not exist \(42P01\)/,
  );

  bundle.write({
    "migrations/20260102000000_x.sql": undefined,
    "repeatable/w.sql": "create view $s.w as select g from $s.v;\n",
  });
  expect(await failureOf(bundle.preview())).toMatch(/w\.sql:1:\d+: column "g" does not exist/);
});

test("a dry run reports how an object changes, and what it does not cover", async () => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  await bundle.up();
  bundle.logs = [];
  bundle.write({
    "repeatable/f.sql": files["repeatable/f.sql"].replace("select 1", "select 2"),
    "migrations/20260102000000_i.sql": "-- no transaction\ncreate index concurrently t_i on $s.t (id);\n",
    "migrations/20260103000000_n.sql": "select nextval('$s.n');\nnotify something;\n-- select dblink('x')\n",
  });

  await bundle.preview();

  const log = bundle.logs.join("\n");
  expect(log).toMatch(/i\.sql +new: not in the dry run, because it runs outside a transaction/);
  expect(log).toMatch(/f\.sql +changed/);
  expect(log).toMatch(/v\.sql +dependency: repeatable\/f\.sql/);
  expect(log).toMatch(/~ function s\d+\.f\(\)\n {6}body:\n {8}- {3}select 1\n {8}\+ {3}select 2/);
  expect(log).toMatch(
    /does not cover[\s\S]*n\.sql:1: sequences are not reset\n.*n\.sql:2: notifications are sent at commit only/,
  );
  expect(log).not.toContain("dblink");
});

test("a sequence that the dry run advances is named, whatever called nextval", async () => {
  const bundle = await databases.bundle(
    {
      "migrations/20260101000000_t.sql": `create schema $s;
create table $s.t (id bigint generated always as identity, n text);
create sequence $s.other;
create sequence $s.untouched;
`,
    },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.logs = [];
  bundle.write({
    "migrations/20260102000000_rows.sql":
      "insert into $s.t (n) values ('a');\nalter sequence $s.other restart with 100;\n",
  });

  await bundle.preview();

  const block = bundle.logs.find((line) => line.startsWith("info: The dry run does not cover:"));
  expect(block).toBe(
    `info: The dry run does not cover:\n  sequence ${bundle.schema}.t_id_seq has moved on, and does not go back`,
  );
});

describe("a sequence that the dry run sets back is restored, because its rows have these numbers", () => {
  test.each([
    { name: "to an earlier number", file: "select setval('$s.t_id_seq', 2);", seen: "set back" },
    {
      name: "to its start",
      file: "truncate $s.t;\nselect setval('$s.t_id_seq', 1, false);",
      seen: "set back",
    },
    {
      name: "by a file that then fails",
      file: "select setval('$s.t_id_seq', 2);\nselect 1 / 0;",
      seen: undefined,
    },
    {
      name: "one that counts down",
      file: "select setval('$s.down', -1);",
      seen: "set back",
    },
  ])("$name", async ({ file, seen }) => {
    const bundle = await databases.bundle(
      {
        "migrations/20260101000000_t.sql": `create schema $s;
create table $s.t (id bigint generated always as identity primary key, n text);
create sequence $s.down increment by -1;
`,
      },
      { dryRun: "live" },
    );
    await bundle.up();
    await bundle.sql("insert into $s.t (n) select 'a' from generate_series(1, 7)");
    await bundle.sql("select nextval('$s.down') from generate_series(1, 7)");
    bundle.logs = [];
    bundle.write({ "migrations/20260102000000_back.sql": file });

    expect(await failureOf(bundle.preview())).toMatch(seen === undefined ? /division by zero/ : /succeeded/);

    const { rows } = await bundle.sql(
      "select nextval('$s.down')::int as down, nextval('$s.t_id_seq')::int as id",
    );
    expect(rows).toEqual([{ down: -8, id: 8 }]);
    const log = bundle.logs.join("\n");
    if (seen !== undefined) expect(log).toMatch(/sequence s\d+\.\w+ was set back and then restored/);
    expect(log).not.toContain("has moved on");
  });
});

test.each([
  { name: "whose next number was set", before: "select setval('$s.n', 50, false)", next: 50 },
  { name: "that was never used", before: "select 1", next: 1 },
])("a sequence $name is restored, and one that stays has not moved on", async ({ before, next }) => {
  const bundle = await databases.bundle(
    { "migrations/20260101000000_n.sql": "create schema $s;\ncreate sequence $s.n minvalue -9 start 1;\n" },
    { dryRun: "live" },
  );
  await bundle.up();
  await bundle.sql(before);
  bundle.logs = [];
  bundle.write({ "migrations/20260102000000_back.sql": "select setval('$s.n', -5);" });

  await bundle.preview();

  expect(bundle.logs.join("\n")).toContain(`sequence ${bundle.schema}.n was set back and then restored`);
  expect(bundle.logs.join("\n")).not.toContain("has moved on");
  expect((await bundle.sql("select nextval('$s.n')::int as n")).rows).toEqual([{ n: next }]);
});

test.each([
  { name: "that fails", file: "select setval('$s.n', 2);\nselect 1 / 0;", next: 8 },
  { name: "that fails after a restart", file: "alter sequence $s.n restart 1000;\nselect 1 / 0;", next: 8 },
  { name: "that succeeds (negative control)", file: "select setval('$s.n', 2);", next: 3 },
])("an up $name leaves a sequence at the right number", async ({ file, next }) => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_n.sql": "create schema $s;\ncreate sequence $s.n;\n",
  });
  await bundle.up();
  await bundle.sql("select nextval('$s.n') from generate_series(1, 7)");
  bundle.write({ "migrations/20260102000000_back.sql": file });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(next === 8 ? /division by zero/ : /succeeded/);
  expect((await bundle.sql("select nextval('$s.n')::int as n")).rows).toEqual([{ n: next }]);
});

test("numbers that others take during a dry run stay taken", async () => {
  const bundle = await databases.bundle(
    { "migrations/20260101000000_t.sql": "create schema $s;\ncreate sequence $s.n;\n" },
    { dryRun: "live" },
  );
  await bundle.up();
  await bundle.sql("select nextval('$s.n') from generate_series(1, 3)");
  bundle.write({
    "migrations/20260102000000_others.sql": `select setval('$s.n', 1);
do $$ begin
  while (select last_value from $s.n) < 21 loop perform pg_sleep(0.05); end loop;
end $$;
`,
  });

  const previewing = bundle.preview();
  const position = async () => (await bundle.sql("select last_value::int as n from $s.n")).rows[0].n;
  await expect.poll(position, { timeout: 20_000 }).toBe(1);
  await bundle.sql("select nextval('$s.n') from generate_series(1, 20)");
  await previewing;

  const { rows } = await bundle.sql("select nextval('$s.n')::int as n");
  expect(rows[0].n).toBeGreaterThan(20);
});

test("without a dry run the files are listed with their reasons, and nothing is executed", async () => {
  const bundle = await databases.bundle(files);
  await bundle.preview();
  expect(bundle.logs.join("\n")).toMatch(
    /3 files would run:[\s\S]*t\.sql +new[\s\S]*f\.sql +new[\s\S]*v\.sql +new/,
  );
  await bundle.up();
  await bundle.sql("drop view $s.v; create table $s.extra ()");
  await bundle.refresh();
  bundle.logs = [];

  const outputs = await bundle.preview();

  expect(bundle.logs.join("\n")).toMatch(/1 file would run:\n.*v\.sql +drifted: view s\d+\.v/);
  expect(bundle.logs.join("\n")).toMatch(
    /warning: Drift that a deployment leaves or cannot repair:\n {2}table s\d+\.extra: not made by the bundle: owner postgres.*\n {4}left as it is/,
  );
  expect(outputs.live).toEqual({});
});

test("without a database yet, the files are listed, and the message says so", async () => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  bundle.port = 1;

  await bundle.preview();

  expect(bundle.logs).toHaveLength(1);
  expect(bundle.logs[0]).toMatch(
    /3 files would run \(not run: the database, or the roles and extensions that the files need, do not exist yet\):/,
  );
});

test("if a known database cannot be reached, a warning says that nothing was executed, and why", async () => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  await bundle.up();
  bundle.port = 1;
  bundle.logs = [];

  await bundle.preview();
  expect(bundle.logs).toEqual([]);

  bundle.write({ "repeatable/v.sql": "create or replace view $s.v as select nothing;\n" });
  await bundle.preview();
  expect(bundle.logs).toHaveLength(2);
  expect(bundle.logs[1]).toBe(
    "warning: There was no dry run, so an error in 1 file would show only during the deployment. The database postgres on 127.0.0.1:1 cannot be reached: ECONNREFUSED. Make it reachable and preview again.",
  );
});

test.each([
  ["the ID of a role that will be replaced", { requires: [unknown] }],
  ["the connection", { connection: unknown }],
])("if %s is unknown before the deployment, a warning says what to do first", async (_, notYetKnown) => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  await bundle.up();
  bundle.logs = [];
  bundle.write({ "repeatable/v.sql": "create or replace view $s.v as select nothing;\n" });
  bundle.inputs = { ...bundle.inputs, ...notYetKnown };

  await bundle.preview();

  expect(bundle.logs).toHaveLength(2);
  expect(bundle.logs[1]).toBe(
    "warning: There was no dry run, so an error in 1 file would show only during the deployment. A role or an extension that the SQL needs must be created or replaced first. Deploy that change alone, then preview the SQL.",
  );
});

test("a broken file is detected without a database", async () => {
  const bundle = await databases.bundle({ ...files, "repeatable/f.sql": "create functon $s.f();\n" });
  bundle.port = 1;

  expect(await failureOf(bundle.preview())).toMatch(
    /f\.sql:1:8: syntax error at or near "functon" \(42601\)\n {2}1 \| create functon/,
  );
});

test("a refresh reports no drift after a deployment that failed halfway", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_ok.sql": "create table $s.ok ();\n",
    "migrations/20260103000000_bad.sql": "create table $s.ok ();\n",
  });
  await failureOf(bundle.up());

  expect((await bundle.sql("select to_regclass('$s.ok') is not null as ok")).rows).toEqual([{ ok: true }]);
  expect(await bundle.refresh()).toEqual([]);
});

test("destroy is refused, and with the setting that allows it does not change the database", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  expect(await failureOf(bundle.destroy())).toMatch(/is not deleted, because its tables hold data/);

  bundle.inputs = { deletable: true };
  await bundle.reconfigure();
  await bundle.destroy();

  expect((await bundle.sql("select to_regclass('$s.t') is not null as t")).rows).toEqual([{ t: true }]);
  expect(bundle.logs.at(-1)).toMatch(/is forgotten; its schemas, tables and history stay/);
});
