import { afterAll, beforeAll, expect, test } from "vitest";
import { majorOf } from "../../../support/cluster";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = {
  "migrations/20260101000000_schema.sql": "create schema $s;\ncreate table $s.t (id int primary key);\n",
};

test("if a statement fails, its file is rolled back, earlier files stay recorded, and the place is shown", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_broken.sql":
      "-- Größe\ncreate table $s.u (id int);\ninsert into $s.u values (1);\nselect 'é', nothing from $s.u;\n",
  });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(/broken\.sql:4:13: column "nothing" does not exist \(42703\)/);
  expect(failure).toContain(`\n  4 | select 'é', nothing from ${bundle.schema}.u;\n    |             ^`);
  expect(await bundle.history()).toEqual(["migrations/20260101000000_schema.sql"]);
  expect((await bundle.sql("select to_regclass('$s.u') as u")).rows).toEqual([{ u: null }]);
  bundle.write({ "migrations/20260102000000_broken.sql": "create table $s.u (id int);\n" });
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("a runtime error without a position is shown at its statement", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_backfill.sql":
      "insert into $s.t values (1);\n\n-- a backfill\n  insert into $s.t values (1);\nselect 1;\n",
  });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(
    /backfill\.sql:4:3: duplicate key value violates unique constraint "t_pkey" \(23505\)/,
  );
  expect(failure).toContain("detail: Key (id)=(1) already exists.");
});

test("if one of very many migrations fails, those before it are kept, their notices are passed on once, and the place is shown", async () => {
  // 130 files share 64 savepoints in groups of three: the seventh, eighth and ninth share one.
  const path = (number: number) => `migrations/202601020000${String(number).padStart(2, "0")}_m.sql`;
  const numbered = (number: number) => `migrations/20260103${String(number).padStart(6, "0")}_m.sql`;
  const bundle = await databases.bundle({
    ...schema,
    ...Object.fromEntries(
      [2, 3, 4, 5].map((number) => [path(number), `insert into $s.t values (${number});\n`]),
    ),
    [path(6)]: "do $$ begin raise warning 'six'; end $$;\n",
    [path(7)]: "do $$ begin raise warning 'seven'; end $$;\nset local search_path to $s;\n",
    [path(8)]: "insert into $s.t values (8);\n",
    [path(9)]: "insert into $s.t values (9);\ninsert into $s.t values (8);\n",
    ...Object.fromEntries(
      Array.from({ length: 121 }, (_, at) => [numbered(at), `insert into $s.t values (${at + 10});\n`]),
    ),
  });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(
    /20260102000009_m\.sql:2:1: duplicate key value violates unique constraint "t_pkey"/,
  );
  expect(bundle.logs.filter((line) => /: (six|seven)$/.test(line))).toHaveLength(2);
  expect((await bundle.history()).at(-1)).toBe(path(8));
  expect((await bundle.sql("select count(*)::int as rows, max(id) as last from $s.t")).rows).toEqual([
    { rows: 5, last: 8 },
  ]);

  bundle.write({ [path(9)]: "insert into $s.t values (9);\n" });
  await bundle.up();

  expect(await bundle.history()).toHaveLength(130);
  expect((await bundle.sql("select count(*)::int as rows, max(id) as last from $s.t")).rows).toEqual([
    { rows: 127, last: 130 },
  ]);
});

test("a membership that the deploying role may not grant is refused, and the error says what to do", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_member.sql": "select 1;\ngrant pg_checkpoint to anon;\n",
  });

  const applied = bundle.up();

  // Up to version 15, CREATEROLE was sufficient for any role that is not a superuser.
  if ((await majorOf(await databases.cluster.client())) < 16) {
    await applied;
    await bundle.sql("revoke pg_checkpoint from anon");
    return;
  }
  const failure = await failureOf(applied);
  expect(failure).toMatch(/member\.sql:2:1: permission denied to grant role "pg_checkpoint" \(42501\)/);
  expect(failure).toContain(
    "hint: The deploying role lacks the admin option on pg_checkpoint. It has the option only on roles that it created. Ask a role that has it to run: grant pg_checkpoint to <deploying role> with admin option.",
  );
});

test("an error inside a function that a migration calls is shown at the line of its body", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_call.sql": `create function $s.f() returns int language plpgsql as $$
begin
  return 'abc'::text + 1;
end $$;
select $s.f();
`,
  });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(/call\.sql:3:3: operator does not exist: text \+ integer \(42883\)/);
  expect(failure).toContain("hint: No operator matches");
});

test("a type mismatch inside an SQL function is shown", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_f.sql":
      "select 1;\ncreate function $s.f() returns int language sql as $$ select 'a'::text $$;\n",
  });

  expect(await failureOf(bundle.up())).toMatch(
    /f\.sql:2:1: return type mismatch in function declared to return integer/,
  );
});

test("an edited migration is refused with both hashes; line endings, a byte order mark and trailing newlines are ignored", async () => {
  const bundle = await databases.bundle(schema);
  await bundle.up();
  bundle.write({
    "migrations/20260101000000_schema.sql":
      "\uFEFFcreate schema $s;\r\ncreate table $s.t (id int primary key);\r\n\r\n",
  });
  expect(await bundle.up()).toBe(false);

  bundle.write({ "migrations/20260101000000_schema.sql": "create schema $s;\n" });
  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(/schema\.sql was edited after it was applied/);
  expect(failure.match(/sha256 [0-9a-f]{64}/g)).toHaveLength(2);
  expect(await failureOf(bundle.preview())).toBe(failure);
});

test("a new migration that is older than the newest applied is refused", async () => {
  const bundle = await databases.bundle(schema);
  await bundle.up();
  bundle.write({ "migrations/20250101000000_late.sql": "create table $s.late ();\n" });

  expect(await failureOf(bundle.up())).toMatch(
    /older than the newest applied one[\s\S]*20250101000000_late\.sql/,
  );
});

test("a missing applied migration is refused; the error lists the files that an older checkout lacks, and repeatables can be applied on request", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_second.sql": "create table $s.second ();\n",
    "repeatable/f.sql": "create or replace function $s.f() returns int language sql as $$ select 1 $$;\n",
  });
  await bundle.up();

  bundle.write({ "migrations/20260102000000_second.sql": undefined });
  expect(await failureOf(bundle.up())).toMatch(
    /checkout is older than the database[\s\S]*20260102000000_second\.sql/,
  );

  bundle.inputs = { allowAhead: true };
  bundle.write({
    "repeatable/f.sql": "create or replace function $s.f() returns int language sql as $$ select 2 $$;\n",
  });
  await bundle.up();
  expect((await bundle.sql("select $s.f() as f")).rows).toEqual([{ f: 2 }]);

  bundle.inputs = {};
  bundle.write({
    "migrations/20260102000000_second.sql": "create table $s.second ();\n",
    "migrations/20260101000000_schema.sql": undefined,
  });
  expect(await failureOf(bundle.up())).toMatch(/missing from the bundle[\s\S]*20260101000000_schema\.sql/);
});

test("if a later file uses a new enum value, each file is committed separately", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_type.sql": "create type $s.mood as enum ('good');\n",
  });
  await bundle.up();
  bundle.write({
    "migrations/20260103000000_value.sql": "alter type $s.mood add value 'bad';\n",
    "migrations/20260104000000_use.sql": "create table $s.moods (mood $s.mood default 'bad');\n",
  });

  await bundle.up();

  expect((await bundle.history()).length).toBe(4);
  expect(await bundle.refresh()).toEqual([]);
});

test("if a deferred constraint fails at commit, the error names its file, and earlier files are kept", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_deferred.sql": `create table $s.child (id int references $s.t deferrable initially deferred);
insert into $s.child values (7);
`,
  });

  expect(await failureOf(bundle.up())).toMatch(
    /refuses the commit of migrations\/20260102000000_deferred\.sql: insert or update.*\(23503\)/,
  );
  expect(await bundle.history()).toEqual(["migrations/20260101000000_schema.sql"]);
});

test("create index concurrently runs outside of a transaction; a failed build leaves no index, and the next one succeeds", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_rows.sql":
      "alter table $s.t add n int; insert into $s.t values (1, 1), (2, 1);\n",
    "migrations/20260103000000_index.sql":
      "-- no transaction\ncreate unique index concurrently t_n on $s.t (n);\n",
    "migrations/20260104000000_after.sql": "create table $s.after_index ();\n",
  });

  const failure = await failureOf(bundle.up());
  expect(failure).toMatch(
    /index\.sql: could not create unique index "t_n" \(23505\)|index\.sql:2:1: could not create unique index "t_n" \(23505\)/,
  );
  expect((await bundle.sql("select to_regclass('$s.t_n') as i")).rows).toEqual([{ i: null }]);

  await bundle.sql("delete from $s.t where id = 2");
  await bundle.up();

  expect(
    (await bundle.sql("select indisvalid, indisunique from pg_index where indexrelid = '$s.t_n'::regclass"))
      .rows,
  ).toEqual([{ indisvalid: true, indisunique: true }]);
  expect(await bundle.history()).toHaveLength(4);
  expect(await bundle.refresh()).toEqual([]);
});

test("transaction control is refused before anything is sent", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_commit.sql": "create table $s.u ();\ncommit;\n",
  });

  expect(await failureOf(bundle.up())).toMatch(/commit\.sql:2:1: a file must not control its transaction/);
  expect((await bundle.sql("select to_regnamespace('$s') as s")).rows).toEqual([{ s: null }]);
});
