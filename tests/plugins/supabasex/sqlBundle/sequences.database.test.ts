import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// No rollback resets a sequence that a file set back: it would return numbers that are in use.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

test("a sequence that the dry run advances is named, regardless of what called nextval", async () => {
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
    `info: The dry run does not cover:\n  sequence ${bundle.schema}.t_id_seq has advanced, and the rollback does not reset it`,
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
    expect(log).not.toContain("has advanced");
  });
});

test.each([
  { name: "whose next number was set", before: "select setval('$s.n', 50, false)", next: 50 },
  { name: "that was never used", before: "select 1", next: 1 },
])("a sequence $name is restored, and an unchanged one is not reported", async ({ before, next }) => {
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
  expect(bundle.logs.join("\n")).not.toContain("has advanced");
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

const first = "migrations/20260101000000_first.sql";
const waits = "migrations/20260102000000_waits.sql";
const back = "migrations/20260103000000_back.sql";

/** Returns a deployed bundle with a sequence `n` that has returned 1 to 7. */
async function withSevenNumbers(inputs: Record<string, unknown> = {}): Promise<BundleUnderTest> {
  const bundle = await databases.bundle(
    { [first]: "create schema $s;\ncreate sequence $s.n;\ncomment on sequence $s.n is 'Numbers.';\n" },
    inputs,
  );
  await bundle.up();
  await bundle.sql("select nextval('$s.n') from generate_series(1, 7)");
  return bundle;
}

async function nextNumber(bundle: BundleUnderTest): Promise<number> {
  return (await bundle.sql("select nextval('$s.n')::int as n")).rows[0].n;
}

describe("numbers that others take after the transaction began, and before the file that sets the sequence", () => {
  const wait = `do $$ begin
  while (select last_value from $s.n) < 27 loop perform pg_sleep(0.05); end loop;
end $$;
`;
  test.each([
    { name: "a migration of an up", file: { [back]: "select setval('$s.n', 2);\nselect 1 / 0;" } },
    {
      name: "a block of a repeatable in an up",
      file: {
        "repeatable/back.sql": "do $$ begin perform setval('$s.n', 2); perform 1 / 0; end $$;",
      },
    },
    {
      name: "a procedure that a migration of a dry run calls",
      dryRun: true,
      file: {
        [back]: "create procedure $s.back() language sql as $$ select setval('$s.n', 2) $$;\ncall $s.back();",
      },
    },
  ])("$name: are not returned again", async ({ file, dryRun }) => {
    const bundle = await withSevenNumbers({ dryRun: "live" });
    bundle.write({ [waits]: wait, ...file });

    const running = failureOf(dryRun === true ? bundle.preview() : bundle.up());
    const isWaiting = async () =>
      (
        await bundle.sql(
          "select from pg_stat_activity where application_name like 'supabasex $s%' and query like '%last_value from%' and wait_event = 'PgSleep'",
        )
      ).rowCount;
    await expect.poll(isWaiting, { timeout: 30_000 }).toBe(1);
    await bundle.sql("select nextval('$s.n') from generate_series(1, 20)");

    expect(await running).toMatch(dryRun === true ? /it succeeded/ : /division by zero/);
    expect(await nextNumber(bundle)).toBe(28);
  });
});

describe("a failed file leaves a sequence where it was, although the files before it are committed", () => {
  test.each([
    { name: "that do not set it", earlier: "select 1;", next: 8 },
    { name: "that set it (negative control)", earlier: "select setval('$s.n', 3);", next: 4 },
    { name: "that set it forward", earlier: "select setval('$s.n', 100);", next: 101 },
  ])("$name", async ({ earlier, next }) => {
    const bundle = await withSevenNumbers();
    bundle.write({ [waits]: earlier, [back]: "select setval('$s.n', 2);\nselect 1 / 0;" });

    expect(await failureOf(bundle.up())).toMatch(/division by zero/);

    expect(await bundle.history()).toEqual([first, waits]);
    expect(await nextNumber(bundle)).toBe(next);
  });
});

test.each([
  { name: "a failed block", statement: "raise exception 'stop'", next: 8 },
  { name: "a block that succeeds (negative control)", statement: "null", next: 3 },
])("$name without a transaction leaves a sequence at the right number", async ({ statement, next }) => {
  const bundle = await withSevenNumbers();
  bundle.write({
    [back]: `-- no transaction\ndo $$ begin perform setval('$s.n', 2); ${statement}; end $$;`,
  });

  expect(await failureOf(bundle.up())).toMatch(next === 8 ? /stop/ : /it succeeded/);

  expect(await nextNumber(bundle)).toBe(next);
});

test("a cancelled deployment leaves a sequence where it was", async () => {
  const bundle = await withSevenNumbers();
  const controller = new AbortController();
  bundle.signal = controller.signal;
  bundle.write({ [back]: "select setval('$s.n', 2);\nselect pg_sleep(60);" });

  const running = failureOf(bundle.up());
  const position = async () => (await bundle.sql("select last_value::int as n from $s.n")).rows[0].n;
  await expect.poll(position, { timeout: 30_000 }).toBe(2);
  controller.abort(new Error("cancelled"));

  expect(await running).toBe("cancelled");
  expect(await nextNumber(bundle)).toBe(8);
});

test("if the connection is lost, the statements that restore the sequences are shown beside the failure", async () => {
  const bundle = await withSevenNumbers();
  bundle.write({ [back]: "select setval('$s.n', 2);\nselect pg_terminate_backend(pg_backend_pid());" });

  expect(await failureOf(bundle.up())).toMatch(/The connection was lost/);

  const warning = bundle.logs.find((line) => line.startsWith("warning: Sequences that "));
  expect(warning).toMatch(
    /_back\.sql may have set back could not be restored after the rollback \(.+\): before rows are inserted, advance those that would return numbers in use, with these statements:(\n {2}select setval\(.*;)+$/,
  );
  for (const statement of (warning ?? "").split("\n").slice(1)) await bundle.sql(statement);
  expect(await nextNumber(bundle)).toBe(8);
});

test.each([
  { name: "an up that runs no file reads no sequence", change: {}, isRead: false },
  { name: "negative control: one that runs a file does", change: { [back]: "select 1;" }, isRead: true },
])("$name", async ({ change, isRead }) => {
  const bundle = await withSevenNumbers();
  await bundle.sql("comment on sequence $s.n is 'Changed.'");
  bundle.write(change);
  const blocks = async () =>
    (
      await bundle.sql(
        "select (blks_read + blks_hit)::int as n from pg_statio_all_sequences where relid = '$s.n'::regclass",
      )
    ).rows[0].n;
  await bundle.sql("select pg_stat_force_next_flush()");
  const before = await blocks();

  await bundle.up();

  expect((await bundle.sql("select obj_description('$s.n'::regclass) as c")).rows).toEqual([
    { c: "Numbers." },
  ]);
  if (isRead) await expect.poll(blocks).toBeGreaterThan(before);
  else expect(await blocks()).toBe(before);
});

describe("a manual sequence that a file creates and sets is where it was", () => {
  const create = "create sequence $s.n;\n";
  const manual = "create sequence $s.n; select nextval('$s.n') from generate_series(1, 1000)";
  const position = "select last_value::int, is_called from $s.n";

  test.each([
    { name: "after a preview", file: "select setval('$s.n', 2);" },
    { name: "after a deployment that fails", file: "select setval('$s.n', 2);\nselect 1 / 0;" },
  ])("$name", async ({ file }) => {
    const bundle = await databases.bundle({ [first]: "create schema $s;\n" }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(manual);
    bundle.write({ [waits]: create + file });

    await failureOf(bundle.preview());
    if (file.includes("1 / 0")) expect(await failureOf(bundle.up())).toMatch(/division by zero/);

    expect((await bundle.sql(position)).rows).toEqual([{ last_value: 1000, is_called: true }]);
  });
});

test("a sequence that an earlier file of the same deployment created is where that file left it", async () => {
  const bundle = await databases.bundle({
    [first]: `create schema $s;
create table $s.t (id bigint generated by default as identity primary key);
insert into $s.t select from generate_series(1, 1000);
`,
    [waits]: "select setval('$s.t_id_seq', 1, false);\ninsert into $s.t default values;\n",
  });

  expect(await failureOf(bundle.up())).toMatch(/duplicate key/);

  expect(await bundle.history()).toEqual([first]);
  expect((await bundle.sql("insert into $s.t default values returning id::int")).rows).toEqual([
    { id: 1001 },
  ]);
});
