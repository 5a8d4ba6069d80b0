import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// A statement outside of a transaction is only recorded if it, or an interrupted run of it, did its work.
const databases = new Databases();
let watcher: pg.Client;
beforeAll(async () => {
  await databases.start();
  watcher = await databases.cluster.client();
});
afterAll(() => databases.stop());

const table = {
  "migrations/20260101000000_t.sql":
    "create schema $s;\ncreate table $s.t (a int, b int);\ninsert into $s.t values (1, 1), (1, 2);\n",
};
const alone = "migrations/20260102000000_alone.sql";

/** Returns an applied bundle with a table, and a pending file. */
async function withPending(
  statement: string,
  files: Record<string, string> = table,
): Promise<BundleUnderTest> {
  const bundle = await databases.bundle(files);
  await bundle.up();
  bundle.write({ [alone]: `-- no transaction\n${statement};\n` });
  return bundle;
}

async function until(query: string): Promise<pg.QueryResult> {
  for (;;) {
    const result = await watcher.query(query);
    if (result.rowCount !== 0) return result;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Ends the deployment's connection while it runs, or waits in, a statement with this text. */
async function interrupt(bundle: BundleUnderTest, statement: string): Promise<void> {
  await until(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'supabasex ${bundle.schema}' and wait_event_type = 'Lock' and query like '${statement}%'`,
  );
}

/** Interrupts a deployment after its statement outside of a transaction has run, and before it is recorded. */
async function interruptBeforeRecord(bundle: BundleUnderTest, statement: string): Promise<string> {
  const hand = await databases.cluster.client();
  await bundle.sql("begin");
  await bundle.sql("lock table $s.t in row exclusive mode");
  const up = failureOf(bundle.up());
  await until(
    `select from pg_stat_activity where application_name = 'supabasex ${bundle.schema}' and wait_event_type = 'Lock' and query like '%${statement}%'`,
  );
  await hand.query("begin");
  await hand.query(`select from supabase_migrations.bundles where name = '${bundle.schema}' for update`);
  await bundle.sql("commit");
  await interrupt(bundle, "select from supabase_migrations.bundles");
  await hand.query("rollback");
  return up;
}

/** Previews with a dry run. */
async function previewed(bundle: BundleUnderTest): Promise<void> {
  bundle.inputs = { ...bundle.inputs, dryRun: "live" };
  await bundle.preview();
}

const indexes = async (bundle: BundleUnderTest) =>
  (
    await bundle.sql(
      "select i.indexrelid::int as oid, indisvalid as valid from pg_index i where indrelid = '$s.t'::regclass",
    )
  ).rows;

test.each([
  [
    "create index concurrently i on $s.t (a)",
    /alone\.sql: index s\d+\.i already exists with another definition\n {2}detail: Existing index: CREATE INDEX i ON s\d+\.t USING btree \(b\)/,
  ],
  [
    "create index concurrently if not exists i on $s.t (a)",
    /alone\.sql: index s\d+\.i already exists with another definition\n {2}detail: Existing index: CREATE INDEX i ON s\d+\.t USING btree \(b\)/,
  ],
])("if an index of that name on another column exists, %s is not recorded", async (statement, message) => {
  const bundle = await withPending(statement);
  await bundle.sql("create index i on $s.t (b)");

  expect(await failureOf(previewed(bundle))).toMatch(message);
  expect(await failureOf(bundle.up())).toMatch(message);
  expect(await bundle.history()).not.toContain(alone);
  // And again: the first attempt must not make the second one assume that it is done.
  expect(await failureOf(bundle.up())).toMatch(message);

  await bundle.sql("drop index $s.i");
  await bundle.up();
  expect(await bundle.history()).toContain(alone);
  expect(await bundle.refresh()).toEqual([]);
});

test.each(["", "if not exists "])("an equal manual index is adopted: %s", async (exists) => {
  const bundle = await withPending(
    `create index concurrently ${exists}i on $s.t (a desc, (b + 1)) where b > 0`,
  );
  await bundle.sql("create index i on $s.t using btree (a desc, (b+1)) where (b > 0)");

  expect(await failureOf(previewed(bundle))).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.history()).toContain(alone);
  expect(await bundle.refresh()).toEqual([]);
  await bundle.sql("drop index $s.i");
  await bundle.up();
  expect(await indexes(bundle)).toHaveLength(1);
});

test("negative control: an equal index of an earlier migration is refused, as in a new environment", async () => {
  const bundle = await withPending("create index concurrently i on $s.t (a)");
  await bundle.up();
  bundle.write({
    "migrations/20260103000000_again.sql": "-- no transaction\ncreate index concurrently i on $s.t (a);\n",
  });

  const preview = await failureOf(previewed(bundle));

  expect(preview).toMatch(/again\.sql: index s\d+\.i already exists: an earlier migration creates it/);
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("an index on a missing column fails in the preview too", async () => {
  const bundle = await withPending("create index concurrently i on $s.t (nothing)");

  const preview = await failureOf(previewed(bundle));

  expect(preview).toMatch(
    /alone\.sql:2:1: column "nothing" does not exist \(42703\)\n.*\n.*\n {2}hint: This column does not exist when the file runs/,
  );
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("dropping a missing index fails, or is a notice with if exists", async () => {
  const bundle = await withPending("drop index concurrently $s.nowhere");

  expect(await failureOf(previewed(bundle))).toMatch(/alone\.sql:2:1: index "nowhere" does not exist/);
  expect(await failureOf(bundle.up())).toMatch(
    /alone\.sql:2:1: index "nowhere" does not exist \(42704\)\n.*\n.*\n {2}hint: No object has this name when the file runs/,
  );
  expect(await bundle.history()).not.toContain(alone);

  bundle.write({ [alone]: "-- no transaction\ndrop index concurrently if exists $s.nowhere;\n" });
  await bundle.up();
  expect(bundle.logs.join("\n")).toMatch(/^info: .*alone\.sql:2: index "nowhere" does not exist, skipping$/m);
  expect(await bundle.history()).toContain(alone);
});

test("an interrupted index build is started again; another invalid index is kept", async () => {
  const bundle = await withPending("create index concurrently i on $s.t (a)");
  await bundle.sql("begin");
  await bundle.sql("lock table $s.t in row exclusive mode");
  const up = failureOf(bundle.up());
  await interrupt(bundle, "%create index");
  await bundle.sql("commit");
  expect(await up).toMatch(/connection was lost/);
  expect(await indexes(bundle)).toMatchObject([{ valid: false }]);

  await bundle.up();
  expect(bundle.logs.join("\n")).toMatch(
    /warning: .*alone\.sql was interrupted in an earlier run: it continues\./,
  );
  expect(await indexes(bundle)).toMatchObject([{ valid: true }]);
  expect(await bundle.refresh()).toEqual([]);

  const other = await withPending("create index concurrently i on $s.t (a)");
  await other.sql("create unique index concurrently i on $s.t (a)").catch(() => {});
  const [invalid] = await indexes(other);
  expect(await failureOf(other.up())).toMatch(/already exists \(42P07\)/);
  expect(await indexes(other)).toEqual([{ ...invalid, valid: false }]);
});

test("a build that fails leaves no index and no marker", async () => {
  const bundle = await withPending("create unique index concurrently i on $s.t (a)");

  expect(await failureOf(bundle.up())).toMatch(/could not create unique index "i" \(23505\)/);

  expect(await indexes(bundle)).toEqual([]);
  expect(
    (await bundle.sql("select from supabase_migrations.bundle_statements where bundle = '$s'")).rowCount,
  ).toBe(0);
});

test("an index that an interrupted run built is recorded", async () => {
  const bundle = await withPending("create index concurrently i on $s.t (a)");
  expect(await interruptBeforeRecord(bundle, "create index")).toMatch(/connection was lost/);
  const [built] = await indexes(bundle);
  expect(built).toMatchObject({ valid: true });
  expect(await bundle.history()).not.toContain(alone);

  await bundle.up();

  expect(await indexes(bundle)).toEqual([built]);
  expect(bundle.logs.join("\n")).toMatch(/alone\.sql was interrupted in an earlier run: it had succeeded\./);
  expect(await bundle.history()).toContain(alone);
  expect(await bundle.refresh()).toEqual([]);
  // It belongs to the bundle, so it is restored.
  await bundle.sql("drop index $s.i");
  await bundle.up();
  expect(await indexes(bundle)).toHaveLength(1);
});

test("an index that an interrupted run dropped is not recreated", async () => {
  const bundle = await withPending("drop index concurrently $s.i", {
    "migrations/20260101000000_t.sql": `${table["migrations/20260101000000_t.sql"]}create index i on $s.t (a);\n`,
  });
  expect(await interruptBeforeRecord(bundle, "drop index")).toMatch(/connection was lost/);

  await bundle.up();

  expect(await indexes(bundle)).toEqual([]);
  expect(await bundle.history()).toContain(alone);
  expect(await bundle.refresh()).toEqual([]);
});

test("a rebuild that was interrupted leaves no copy of the index behind", async () => {
  const bundle = await withPending("reindex index concurrently $s.i", {
    "migrations/20260101000000_t.sql": `${table["migrations/20260101000000_t.sql"]}create index i on $s.t (a);\n`,
  });
  await bundle.sql("begin");
  await bundle.sql("lock table $s.t in row exclusive mode");
  const up = failureOf(bundle.up());
  await interrupt(bundle, "%reindex");
  await bundle.sql("commit");
  await up;
  expect(await indexes(bundle)).toHaveLength(2);

  await bundle.up();

  expect(await indexes(bundle)).toMatchObject([{ valid: true }]);
  expect(await bundle.history()).toContain(alone);
});

test("an interrupted detachment of a partition is completed", async () => {
  const bundle = await withPending("alter table $s.p detach partition $s.t concurrently", {
    "migrations/20260101000000_t.sql":
      "create schema $s;\ncreate table $s.p (a int) partition by list (a);\ncreate table $s.t partition of $s.p for values in (1);\n",
  });
  const hand = await databases.cluster.client();
  await hand.query("begin");
  await hand.query(`select from ${bundle.schema}.p`);
  const up = failureOf(bundle.up());
  await interrupt(bundle, "%alter table");
  await hand.query("commit");
  await up;
  expect(
    (
      await bundle.sql(
        "select inhdetachpending as pending from pg_inherits where inhrelid = '$s.t'::regclass",
      )
    ).rows,
  ).toEqual([{ pending: true }]);

  await bundle.up();

  expect((await bundle.sql("select from pg_inherits where inhrelid = '$s.t'::regclass")).rowCount).toBe(0);
  expect(await bundle.history()).toContain(alone);
});

test("a statement that could run in a transaction is recorded with its effects", async () => {
  const bundle = await withPending("insert into $s.t values (7, 7)");

  await bundle.up();

  expect((await bundle.sql("select from $s.t where a = 7")).rowCount).toBe(1);
  expect(await bundle.history()).toContain(alone);
});

test.each([
  { name: "a plain statement", statement: "alter table $s.t enable row level security;" },
  { name: "a block", statement: "do $$ begin alter table $s.t enable row level security; end $$;" },
  {
    name: "a loop that finds its tables",
    statement:
      "do $$ declare t regclass; begin for t in select oid from pg_class where relnamespace = '$s'::regnamespace and relkind = 'r' loop execute format('alter table %s enable row level security', t); end loop; end $$;",
  },
])(
  "a repeatable's statement is kept if $name of a migration repeats it and the repeatable is removed",
  async ({ statement }) => {
    const bundle = await databases.bundle({
      "migrations/20260101000000_first.sql":
        "create schema $s;\ncreate table $s.t (id integer primary key);\n",
      "repeatable/t.sql": "alter table $s.t enable row level security;",
    });
    await bundle.up();
    bundle.write({
      "migrations/20260102000000_alone.sql": `-- no transaction\n${statement}`,
      "repeatable/t.sql": undefined,
    });

    await bundle.up();

    expect(
      (await bundle.sql("select relrowsecurity as on from pg_class where oid = '$s.t'::regclass")).rows,
    ).toEqual([{ on: true }]);
    expect(await bundle.refresh()).toEqual([]);
  },
);
