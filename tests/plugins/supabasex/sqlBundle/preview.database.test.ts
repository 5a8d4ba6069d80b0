import { afterAll, beforeAll, expect, test } from "vitest";
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
  const before = fingerprint(await readCatalog(bundle.manual));

  const outputs = await bundle.preview();

  expect(fingerprint(await readCatalog(bundle.manual))).toBe(before);
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
