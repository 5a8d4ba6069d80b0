import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

// A preview that executes the files passes exactly if the up passes.
const databases = new Databases();
beforeAll(async () => {
  await databases.start();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(
    "create foreign data wrapper plain; create server plain foreign data wrapper plain; grant usage on foreign server plain to postgres",
  );
});
afterAll(() => databases.stop());

const first = `create schema $s;
create table $s.t (id int primary key, n int, note text);
create table $s.u (id int primary key, t_id int);
create type $s.mood as enum ('good', 'bad');
create index i on $s.u (t_id);
create materialized view $s.mv as select id from $s.t with no data;
create table $s.part (id int, k int) partition by list (k);
create table $s.part1 partition of $s.part for values in (1);
create foreign table $s.part2 partition of $s.part for values in (2) server plain;
create view $s.v as select id from $s.t;
create procedure $s.make() language plpgsql set search_path = '' as $$ begin create table $s.made (id int); end $$;
`;
const second = "migrations/20260102000000_second.sql";
const third = "migrations/20260103000000_third.sql";
const outside = (statement: string) => `-- no transaction\n${statement};\n`;

interface Agreement {
  readonly files: Readonly<Record<string, string>>;
  readonly manual?: string;
  /** The error of both; default: both pass. */
  readonly message?: RegExp;
}

async function agree({ files, manual, message }: Agreement): Promise<void> {
  const bundle = await databases.bundle({ "migrations/20260101000000_first.sql": first }, { dryRun: "live" });
  await bundle.up();
  if (manual !== undefined) await bundle.sql(manual);
  bundle.write(files);
  await bundle.refresh();

  const preview = await failureOf(bundle.preview());
  const up = await failureOf(bundle.up());

  expect(up).toBe(preview);
  expect(up).toMatch(message ?? /^it succeeded$/);
  if (message === undefined) expect(await bundle.refresh()).toEqual([]);
  await bundle.manual.end();
}

describe("a statement outside of a transaction that would fail is refused by the preview", () => {
  test.each([
    ["reindex index concurrently $s.nope", undefined, /index "nope" does not exist \(42704\)/],
    ["reindex table concurrently $s.i", undefined, /"i" is not a table \(42809\)/],
    ["vacuum $s.t, $s.nope", undefined, /relation "nope" does not exist \(42P01\)/],
    ["vacuum pg_catalog.pg_authid", undefined, /only the owner of "pg_authid" may vacuum it \(42501\)/],
    [
      "alter table $s.part detach partition $s.part1 concurrently",
      "alter table $s.part detach partition $s.part1",
      /"part1" is not a partition of s\d+\.part \(42P01\)/,
    ],
    ["vacuum $s.v", undefined, /"v" is not a table \(42809\)[\s\S]*hint: Only tables and materialized views/],
    ["vacuum $s.i", undefined, /"i" is not a table \(42809\)/],
    [
      "alter table if exists $s.part detach partition $s.nope concurrently",
      undefined,
      /relation "nope" does not exist \(42P01\)/,
    ],
    ["drop index concurrently if exists $s.j", "create table $s.j (id int)", /"j" is not an index \(42809\)/],
    ["create index concurrently on $s.t (n)", undefined, /an index that is built concurrently needs a name/],
    [
      "create index concurrently j on $s.t (by_hand)",
      "alter table $s.t add column by_hand int",
      /column "by_hand" does not exist[\s\S]*It fails without the manual changes/,
    ],
    [
      "drop index concurrently $s.j",
      "create index j on $s.t (n)",
      /index "j" does not exist[\s\S]*It fails without the manual changes/,
    ],
  ])("%s", async (statement, manual, message) => {
    const files = { [second]: outside(statement) };
    await agree({ files, message, ...(manual === undefined ? {} : { manual }) });
  });
});

test.each([
  ["cluster"],
  ["alter table if exists $s.nope detach partition $s.part1 concurrently"],
  ["alter table if exists $s.nope detach partition $s.nothing concurrently"],
  // The server skips the foreign partition, with a warning.
  ["vacuum $s.part"],
  ["vacuum $s.mv, $s.part1"],
])("a statement outside of a transaction that succeeds passes the preview: %s", async (statement) => {
  await agree({ files: { [second]: outside(statement) } });
});

test("an index on a column that an earlier pending migration does not create is refused", async () => {
  await agree({
    files: {
      [second]: "create table $s.later (id int);\n",
      [third]: outside("create index concurrently j on $s.later (nothing)"),
    },
    message: /column "nothing" does not exist \(42703\)/,
  });
});

describe("a statement that can run in a transaction runs in its own, regardless of its header", () => {
  test.each([
    [
      "refresh materialized view concurrently $s.mv",
      undefined,
      /CONCURRENTLY cannot be used when the materialized view is not populated/,
    ],
    [
      "create table if not exists $s.later (id int, k int)",
      "create table $s.later (id int)",
      /column s\d+\.later k: it is missing/,
    ],
    [
      "alter table $s.t add column if not exists z int",
      "alter table $s.t add column z text",
      /column s\d+\.t z: type is text instead of integer/,
    ],
    ["alter table $s.t enable row level security", "alter table $s.t enable row level security", undefined],
  ])("%s", async (statement, manual, message) => {
    await agree({
      files: { [second]: outside(statement) },
      ...(manual === undefined ? {} : { manual }),
      ...(message === undefined ? {} : { message }),
    });
  });

  test("its lock ends before the repeatables run", async () => {
    const bundle = await databases.bundle({ "migrations/20260101000000_first.sql": first });
    await bundle.up();
    const view = (name: string) =>
      `do $$ begin execute format('create or replace view $s.${name} as select %L as xid', pg_current_xact_id()); end $$;`;
    bundle.write({
      [second]: outside("create table $s.own as select pg_current_xact_id()::text as xid"),
      "repeatable/a.sql": view("a"),
      "repeatable/b.sql": view("b"),
    });

    await bundle.up();

    const { rows } = await bundle.sql("select own.xid, a.xid as a, b.xid as b from $s.own, $s.a, $s.b");
    expect(rows[0].xid).toMatch(/^\d+$/);
    expect(rows[0].xid).not.toBe(rows[0].a);
    // As a control: the repeatables share a transaction.
    expect(rows[0].a).toBe(rows[0].b);
  });
});

test.each([
  [
    "create unique index concurrently j on $s.u (t_id)",
    "insert into $s.u values (1, 2) on conflict (t_id) do nothing;",
  ],
  [
    "create unique index concurrently j on $s.u (t_id)",
    "create table $s.refers (u int references $s.u (t_id));",
  ],
  ["drop index concurrently $s.i", "create index i on $s.u (id, t_id);"],
])(
  "a file that needs an object created outside of a transaction before it passes: %s, %s",
  async (statement, needing) => {
    await agree({ files: { [second]: outside(statement), [third]: needing } });
  },
);

test.each([
  ["call $s.make()", { [third]: outside("create index concurrently j on $s.made (id)") }],
  ["call $s.make()", { [third]: "alter table $s.made add column n int;" }],
  [
    "call $s.make()",
    {
      "repeatable/g.sql":
        "create or replace function $s.g() returns bigint language plpgsql set search_path = '' as $$ begin return (select count(*) from $s.made); end $$;",
    },
  ],
  ["call $s.make()", { "repeatable/w.sql": "create or replace view $s.w as select id from $s.made;" }],
  [
    "do $$ begin execute 'alter table $s.t add column ' || 'made int'; end $$",
    { [third]: outside("create index concurrently j on $s.t (made)") },
  ],
  ["do $$ begin execute 'drop index $s.' || 'i'; end $$", { [third]: "create index i on $s.u (id);" }],
])("a file that needs an object created in a block or procedure passes: %s", async (statement, needing) => {
  await agree({ files: { [second]: outside(statement), ...needing } });
});

describe("a file that would need its own commit is refused by the preview", () => {
  const label = "alter type $s.mood add value 'odd'; create table $s.m (mood $s.mood default 'odd');\n";
  const pending = `alter table $s.u add foreign key (t_id) references $s.t deferrable initially deferred;
insert into $s.t (id) values (7); insert into $s.u values (1, 7); alter table $s.u add column z int;\n`;
  test.each([
    ["a label", { [second]: label }, /unsafe use of new value "odd"/],
    [
      "a label, after another file",
      { [second]: "select 1;\n", [third]: label },
      /unsafe use of new value "odd"/,
    ],
    [
      "a label that another file adds to another type",
      {
        [second]: "create type $s.other as enum ('odd');\nalter type $s.other add value 'even';\n",
        [third]: label.replaceAll("odd", "even"),
      },
      /unsafe use of new value "even"/,
    ],
    [
      "a label, if it does not exist",
      { [second]: "select 1;\n", [third]: label.replace("value", "value if not exists") },
      /unsafe use of new value "odd"/,
    ],
    ["pending events", { [second]: pending }, /pending trigger events \(55006\)/],
    [
      "pending events, after another file",
      { [second]: "select 1;\n", [third]: pending },
      /pending trigger events/,
    ],
  ])("%s", async (_, files, message) => {
    await agree({ files, message });
  });

  test.each([
    {
      [second]: "alter type $s.mood add value 'odd';\n",
      [third]: "create table $s.m (mood $s.mood default 'odd');\n",
    },
    {
      [second]: outside("alter type $s.mood add value 'odd'"),
      "repeatable/v.sql": "create or replace view $s.v as select 'odd'::$s.mood as mood;",
    },
    {
      [second]: "alter type $s.mood add value 'odd';\n",
      [third]:
        "alter type $s.mood add value if not exists 'odd';\ncreate table $s.m (mood $s.mood default 'odd');\n",
    },
    {
      [second]: "create type $s.other as enum ('good');\nalter type $s.mood add value 'odd';\n",
      [third]: "alter type $s.other add value 'odd';\ncreate table $s.m (mood $s.mood default 'odd');\n",
    },
  ])("control: another file's label passes", async (files) => {
    await agree({ files });
  });
});
