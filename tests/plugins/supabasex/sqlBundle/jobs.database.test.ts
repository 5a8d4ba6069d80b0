import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readCatalogReading } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { Databases, failureOf } from "./support";

// Two roles may each have a job of the same name, so a job's identity contains its user.
const databases = new Databases();
beforeAll(async () => {
  await databases.start();
  await (await databases.cluster.client()).query("create extension pg_cron");
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(`create role job_owner nologin; grant job_owner to postgres;
    grant usage on schema cron to job_owner, postgres`);
});
afterAll(() => databases.stop());
// A bundle with jobs reports all others in its database.
afterEach(async () => {
  await (await databases.cluster.client("supabase_admin")).query("delete from cron.job");
});

const files = {
  "migrations/20260101000000_s.sql": "create schema $s;\n",
  "repeatable/mine.sql": "select cron.schedule('$s nightly', '0 1 1 1 *', 'select 1');\n",
  "repeatable/theirs.sql":
    "set local role job_owner;\nselect cron.schedule('$s nightly', '0 2 1 1 *', 'select 2');\n",
};
const jobs =
  "select username, schedule, command, active, database from cron.job where jobname = '$s nightly' order by username";
const asTheyShouldBe = [
  { username: "job_owner", schedule: "0 2 1 1 *", command: "select 2", active: true, database: "postgres" },
  { username: "postgres", schedule: "0 1 1 1 *", command: "select 1", active: true, database: "postgres" },
];

test("jobs of two roles with the same name are two objects, each compared and repaired", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual(asTheyShouldBe);
  expect(await bundle.refresh()).toEqual([]);

  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(
    `select cron.alter_job(jobid, schedule := '0 3 1 1 *') from cron.job
     where jobname = '${bundle.schema} nightly' and username = 'job_owner'`,
  );

  expect(await bundle.refresh()).toEqual([`live["cron job ${bundle.schema} nightly of job_owner"].schedule`]);
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual(asTheyShouldBe);
  expect(await bundle.refresh()).toEqual([]);
});

test("a job moved to another role is reported missing and scheduled again, and the other one stays reported", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(
    `update cron.job set username = 'supabase_admin' where jobname = '${bundle.schema} nightly' and username = 'postgres'`,
  );
  const extra = `live["cron job ${bundle.schema} nightly of supabase_admin"]`;

  expect(await bundle.refresh()).toEqual([`live["cron job ${bundle.schema} nightly of postgres"]`, extra]);
  await bundle.up();

  expect(await bundle.refresh()).toEqual([extra]);
  await superuser.query(
    `delete from cron.job where jobname = '${bundle.schema} nightly' and username = 'supabase_admin'`,
  );
  expect((await bundle.sql(jobs)).rows).toEqual(asTheyShouldBe);
});

test("removing a file removes its own job, and no other role's job of that name", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();

  bundle.write({ "repeatable/mine.sql": undefined });
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual(asTheyShouldBe.slice(0, 1));

  bundle.write({ "repeatable/theirs.sql": undefined });
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual([]);
  expect(await bundle.refresh()).toEqual([]);
});

test("without a job of the bundle, a manual one is no longer compared, and not named as gone", async () => {
  const { "repeatable/theirs.sql": _, ...mine } = files;
  const bundle = await databases.bundle(mine);
  await bundle.up();
  await bundle.sql("select cron.schedule('$s manual', '0 4 1 1 *', 'select 4')");
  expect(await bundle.refresh()).toEqual([`live["cron job ${bundle.schema} manual of postgres"]`]);
  bundle.write({ "repeatable/mine.sql": undefined });
  bundle.logs = [];

  await bundle.up();

  expect(bundle.logs.join("\n")).not.toContain("gone, because their object was replaced");
  expect(await bundle.refresh()).toEqual([]);
  expect((await bundle.sql("select jobname from cron.job where jobname like '$s %'")).rows).toEqual([
    { jobname: `${bundle.schema} manual` },
  ]);
});

test("a job of a migration gets its database, schedule and command back", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_s.sql":
      "create schema $s;\nselect cron.schedule('$s nightly', '0 1 1 1 *', 'select 1');\n",
  });
  await bundle.up();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(
    `update cron.job set database = 'template1', schedule = '0 4 1 1 *', command = 'select 4', active = false
     where jobname = '${bundle.schema} nightly'`,
  );

  expect(await bundle.refresh()).toEqual(
    ["active", "command", "database", "schedule"].map(
      (property) => `live["cron job ${bundle.schema} nightly of postgres"].${property}`,
    ),
  );
  await bundle.up();

  expect((await bundle.sql(jobs)).rows).toEqual(asTheyShouldBe.slice(1));
  expect(await bundle.refresh()).toEqual([]);
});

test.each([
  ["in a block", "do $$ begin perform cron.schedule('$s nightly', '0 1 1 1 *', 'select 1'); end $$;"],
  ["as a row", "select * from cron.schedule('$s nightly', '0 1 1 1 *', 'select 1');"],
  [
    "by argument names",
    "select cron.schedule(job_name => '$s nightly', schedule => '0 1 1 1 *', command => 'select 1');",
  ],
  [
    "with a computed name",
    "select cron.schedule('$s ' || name, '0 1 1 1 *', 'select 1') from unnest(array['nightly']) name;",
  ],
])("a job that a repeatable schedules %s is dropped with the file", async (_what, text) => {
  const bundle = await databases.bundle(
    { "migrations/20260101000000_s.sql": "create schema $s;\n", "repeatable/mine.sql": text },
    { dryRun: "live" },
  );
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual([asTheyShouldBe[1]]);
  bundle.write({ "repeatable/mine.sql": undefined });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect((await bundle.sql(jobs)).rows).toEqual([]);
  expect(await bundle.refresh()).toEqual([]);
});

test("a removed statement about a job is reverted", async () => {
  const { "repeatable/theirs.sql": _theirs, ...mine } = files;
  const disable =
    "select cron.alter_job((select jobid from cron.job where jobname = '$s nightly'), active := false);";
  const bundle = await databases.bundle({ ...mine, "repeatable/off.sql": disable }, { dryRun: "live" });
  await bundle.up();
  expect((await bundle.sql(jobs)).rows).toEqual([{ ...asTheyShouldBe[1], active: false }]);
  bundle.write({ "repeatable/off.sql": undefined });
  await bundle.up();

  expect((await bundle.sql(jobs)).rows).toEqual([asTheyShouldBe[1]]);
  expect(await bundle.refresh()).toEqual([]);
});

test("an edited call sets whether a job of another database is active", async () => {
  const text = (active: boolean) =>
    `select cron.schedule_in_database('$s nightly', '0 1 1 1 *', 'select 1', 'postgres', null, ${active});`;
  const bundle = await databases.bundle(
    { "migrations/20260101000000_s.sql": "create schema $s;\n", "repeatable/mine.sql": text(true) },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({ "repeatable/mine.sql": text(false) });
  await bundle.up();

  expect((await bundle.sql(jobs)).rows).toEqual([{ ...asTheyShouldBe[1], active: false }]);
  expect(await bundle.refresh()).toEqual([]);
});

test("a job of another database keeps its number when its unchanged file runs again, and manual changes are repaired", async () => {
  const bundle = await databases.bundle(
    {
      "migrations/20260101000000_s.sql": "create schema $s;\ncreate table $s.nightly (id integer);\n",
      "repeatable/mine.sql":
        "-- nightly\nselect cron.schedule_in_database('$s nightly', '0 1 1 1 *', 'select 1', 'postgres');\n",
    },
    { dryRun: "live" },
  );
  await bundle.up();
  const numbers = "select jobid from cron.job where jobname = '$s nightly'";
  const { rows: before } = await bundle.sql(numbers);
  bundle.write({
    "migrations/20260102000000_next.sql": "alter table $s.nightly add column note text;\n",
  });
  await bundle.up();

  expect((await bundle.sql(numbers)).rows).toEqual(before);

  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(
    `update cron.job set active = false, schedule = '0 4 1 1 *' where jobname = '${bundle.schema} nightly'`,
  );
  await bundle.refresh();
  await bundle.up();

  expect((await bundle.sql(jobs)).rows).toEqual([asTheyShouldBe[1]]);
  expect(await bundle.refresh()).toEqual([]);
});

describe("a migration that needs a job that only a repeatable creates is refused, in preview and up", () => {
  const next = "migrations/20260102000000_next.sql";

  test.each([
    { name: "to unschedule it", migration: "select cron.unschedule('$s nightly');" },
    {
      name: "to alter it",
      migration:
        "select cron.alter_job((select jobid from cron.job where jobname = '$s nightly'), schedule := '5 * * * *');",
    },
  ])("$name", async ({ migration }) => {
    const { "repeatable/theirs.sql": _theirs, ...mine } = files;
    const bundle = await databases.bundle(mine, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: migration });

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain("On a new environment it would fail like this");
    expect(preview).toContain(`cron job ${bundle.schema} nightly of postgres (repeatable/mine.sql)`);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect((await bundle.sql(jobs)).rows).toEqual([asTheyShouldBe[1]]);
    bundle.write({ [next]: undefined });
    expect(await bundle.up()).toBe(false);
  });

  test("negative control: its own job", async () => {
    const { "repeatable/theirs.sql": _theirs, ...mine } = files;
    const bundle = await databases.bundle(mine, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [next]:
        "select cron.schedule('$s hourly', '0 * * * *', 'select 1'); select cron.unschedule('$s hourly');",
    });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
  });
});

test("a job's port is only reported if most other jobs have another one, as after a restart on another port", async () => {
  const superuser = await databases.cluster.client("supabase_admin");
  const hosts = async (change: string) => {
    await superuser.query(change);
    const { catalog } = await readCatalogReading(superuser);
    return ["a", "b", "c"].map((name) => catalog[`cron job ${name} of supabase_admin`]?.host ?? "here");
  };

  const schedule =
    "select cron.schedule(name, '0 0 1 1 *', 'select 1') from unnest('{a,b,c}'::text[]) as name";
  expect(await hosts(schedule)).toEqual(["here", "here", "here"]);
  const one = "update cron.job set nodeport = 1 where jobname = 'a'";
  expect(await hosts(one)).toEqual([":1", "here", "here"]);
  expect(await hosts("update cron.job set nodeport = 1")).toEqual(["here", "here", "here"]);
  const elsewhere = "update cron.job set nodename = 'evil.example', nodeport = 2 where jobname = 'a'";
  expect(await hosts(elsewhere)).toEqual(["evil.example:2", "here", "here"]);
});
