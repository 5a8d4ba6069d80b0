import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, expectDeployed, failureOf } from "./support";

// Unusual files: they run, or the message says what is wrong.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = {
  "migrations/20260101000000_s.sql":
    "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
};
const next = "migrations/20260102000000_x.sql";

test("Windows line endings, a byte order mark, only comments, and an empty file", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_s.sql": "\uFEFF-- 1\r\ncreate schema $s;\r\ncreate table $s.t (id int);\r\n",
    "migrations/20260102000000_comments.sql": "-- nothing\n/* here */\n",
    "migrations/20260103000000_empty.sql": "",
    "repeatable/empty.sql": "",
    "repeatable/comments.sql": "-- nothing\n",
  });

  await bundle.up();

  expect(await bundle.history()).toHaveLength(5);
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});

test.each([
  ["13 digits", "migrations/2026010200000_x.sql", /a migration is named migrations\/<14 digits.*such as/],
  ["no name", "migrations/20260102000000.sql", /a migration is named/],
  ["in a folder", "migrations/2026/20260102000000_x.sql", /a migration is named/],
  ["an upper-case extension", "migrations/20260102000000_x.SQL", /a migration is named/],
  [
    "the same version twice",
    "migrations/20260101000000_x.sql",
    /has the same version as migrations\/20260101000000_s\.sql/,
  ],
])("a migration's name is refused: %s", async (_, name, message) => {
  const bundle = await databases.bundle({ ...schema, [name]: "select 1;\n" });
  expect(await failureOf(bundle.preview())).toMatch(message);
});

describe("refused with the place and what to do", () => {
  test.each([
    [
      "psql's \\copy",
      "select 1;\n\\copy $s.t from 'x.csv'\n",
      ':2:1: syntax error at or near "\\" (42601)',
      "psql commands",
    ],
    [
      "rows after copy",
      "copy $s.t (id, name) from stdin;\n1\ta\n\\.\n",
      ':2:1: syntax error at or near "1"',
      "insert … values",
    ],
    [
      "an unclosed quote",
      "select 1;\nselect 'abc;\n-- and much\n-- more\n",
      ':2:8: unterminated quoted string at or near "\'abc;…" (42601)',
      "nothing was changed",
    ],
    [
      "an index built concurrently",
      "create index concurrently on $s.t (name);\n",
      ":1:1: this statement cannot run in a transaction",
      "-- no transaction",
    ],
    [
      "commit in a do block",
      "do $$ begin\n  commit;\nend $$;\n",
      ":2:3: invalid transaction termination (2D000)",
      "remove commit and rollback",
    ],
    [
      "a procedure that commits",
      "create procedure $s.p() language plpgsql as $$ begin\n  commit;\nend $$;\ncall $s.p();\n",
      ":2:3: invalid transaction termination (2D000)",
      "write the call or block alone in a migration with the header `-- no transaction`",
    ],
    [
      "a statement that must be alone",
      "alter database postgres set tablespace pg_default;\n",
      ":1:1: ALTER DATABASE SET TABLESPACE cannot run inside a transaction block (25001)",
      "Put it alone into a migration with the header `-- no transaction`.",
    ],
    [
      "rows for psql",
      "copy $s.t to stdout;\n",
      ":1:1: copy to stdout needs a client that reads the rows",
      "Remove the statement.",
    ],
    [
      "a role without the privilege",
      "set local role authenticated;\ncreate table $s.u ();\n",
      ":2:14: permission denied for schema",
      "The role that the file sets lacks this privilege",
    ],
    [
      "a schema of the platform",
      "create table auth.mine ();\n",
      ":1:14: permission denied for schema auth (42501)",
      "the platform's own schemas",
    ],
    [
      "rows that a constraint forbids",
      "insert into $s.t values (1, null);\nalter table $s.t alter name set not null;\n",
      ':2:1: column "name" of relation "t" contains null values (23502)',
      "before this statement",
    ],
    [
      "rows with the same key",
      "insert into $s.t values (1, 'a'), (2, 'a');\ncreate unique index on $s.t (name);\n",
      ':2:1: could not create unique index "t_name_idx" (23505)',
      "Two rows have this key",
    ],
  ])("%s", async (_, text, place, hint) => {
    const bundle = await databases.bundle({ ...schema, [next]: text });

    const failure = await failureOf(bundle.up());

    expect(failure.split("\n", 1)[0]).toContain(`${next}${place}`);
    expect(failure.split("\n").find((line) => line.startsWith("  hint: "))).toContain(hint);
    expect(failure).not.toContain("much");
  });

  test("a file of the server", async () => {
    const bundle = await databases.bundle({ ...schema, [next]: "select 1;\ncopy $s.t to '/x';\n" });

    const failure = await failureOf(bundle.up());

    // PostgreSQL 15 starts the sentence with "must be superuser", later versions with "permission denied".
    expect(failure.split("\n", 1)[0]).toMatch(/_x\.sql:2:1: .+ to COPY to a file \(42501\)$/);
    expect(failure).toMatch(/^ {2}hint: .*write the rows as insert … values/m);
  });
});

const after = "migrations/20260103000000_y.sql";
const deferred = `create table $s.p (id int primary key);
create table $s.c (p int references $s.p deferrable initially deferred, q int references $s.p deferrable);
`;

describe("a file starts as in a new session and transaction, so preview, up and a later deployment agree", () => {
  test.each([
    ["temporary tables of one name", "create temp table n (a int);", "create temp table n (b text);"],
    [
      "temporary tables of blocks",
      "do $$ begin create temp table n (a int); end $$;",
      "do $$ begin create temp table n (b int); end $$;",
    ],
    [
      "a temporary table that hides another",
      "create temp table t (a int);",
      "set search_path to $s;\ninsert into t values (7, 'b');",
    ],
    [
      "temporary tables with a deferred check",
      "create temp table p (id int primary key);\ncreate temp table c (p int references p deferrable initially deferred);\ninsert into c values (1);\ninsert into p values (1);",
      "create temporary table p ();",
    ],
    [
      "cursors of one name",
      "create temp table n as select 1;\ndeclare c cursor for select * from n;\nfetch c;",
      "declare c cursor with hold for select 1;",
    ],
    ["a cursor on a table that is dropped", "declare c cursor for select * from $s.t;", "drop table $s.t;"],
    ["prepared statements of one name", "prepare q as select 1;", "prepare q as select 2;\ndeallocate q;"],
    [
      "constraints that are checked at once",
      `${deferred}set constraints all immediate;`,
      "insert into $s.c values (2);\ninsert into $s.p values (2);",
    ],
    [
      "a named constraint that is checked at once",
      `${deferred}set constraints $s.c_p_fkey immediate;`,
      "insert into $s.c values (2);\ninsert into $s.p values (2);",
    ],
    [
      "a name that several constraints of the schema have",
      `${deferred}create table $s.o (p int constraint c_p_fkey references $s.p);\nset constraints all deferred;`,
      "insert into $s.o values (null);",
    ],
    [
      "a constraint that the next file creates",
      "create table $s.p (id int primary key);\ncreate table $s.o (p int references $s.p deferrable);\nset constraints $s.o_p_fkey deferred;\ninsert into $s.o values (1);\ninsert into $s.p values (1);",
      "create table $s.c (p int references $s.p deferrable initially deferred);\ninsert into $s.c values (2);\ninsert into $s.p values (2);",
    ],
    [
      "a constraint that is dropped",
      `${deferred}set constraints $s.c_q_fkey deferred;\nalter table $s.c drop constraint c_q_fkey;`,
      "insert into $s.c values (null, 2);",
    ],
  ])("%s", async (_, one, other) => {
    const bundle = await databases.bundle(
      { ...schema, [next]: `${one}\n`, [after]: `${other}\n` },
      { dryRun: "live" },
    );

    await expectDeployed(databases, bundle);
  });

  test.each([
    [
      "a temporary table",
      "create temp table n (a int);",
      "select * from n;",
      /_y\.sql:1:15: relation "n" does not exist/,
    ],
    [
      "a prepared statement",
      "prepare q as select 1;",
      "execute q;",
      /_y\.sql:1:1: prepared statement "q" does not exist/,
    ],
    [
      "deferred constraints",
      `${deferred}set constraints all deferred;`,
      "insert into $s.c values (null, 2);\ninsert into $s.p values (2);",
      /_y\.sql:1:1: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
    ],
    [
      "rows for another file to correct",
      `${deferred}set constraints all deferred;\ninsert into $s.c values (null, 2);`,
      "insert into $s.p values (2);",
      /_x\.sql: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
    ],
    [
      "a named constraint",
      `${deferred}set constraints $s.c_q_fkey deferred;`,
      "insert into $s.c values (null, 2);\ninsert into $s.p values (2);",
      /_y\.sql:1:1: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
    ],
    [
      "rows that violate a named constraint",
      `${deferred}set constraints $s.c_q_fkey deferred;\ninsert into $s.c values (null, 2);`,
      "insert into $s.p values (2);",
      /_x\.sql: insert or update on table "c" violates foreign key constraint "c_q_fkey" \(23503\)\n {2}detail: .*\n {2}hint: A row refers to a missing key.*$/,
    ],
  ])("negative control: %s is not left to the next file", async (_, one, other, message) => {
    const bundle = await databases.bundle(
      { ...schema, [next]: `${one}\n`, [after]: `${other}\n` },
      { dryRun: "live" },
    );

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("a repeatable that waits for another one prepares its statement again", async () => {
    const bundle = await databases.bundle({
      ...schema,
      "repeatable/a.sql": "prepare q as select 1;\ncreate view $s.a as select * from $s.b;\n",
      "repeatable/b.sql": "create view $s.b as select 1 as id;\n",
    });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
  });
});

test("a file's own time limit is not reported as that of the dry run", async () => {
  const bundle = await databases.bundle(
    { ...schema, [next]: "set statement_timeout = '5ms';\nselect pg_sleep(2);\n" },
    { dryRun: "live" },
  );

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(
    /_x\.sql:2:1: canceling statement due to statement timeout \(57014\)\n.*\n.*\n {2}hint: The file sets statement_timeout itself: set a longer one, or leave it out\.$/,
  );
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("a time limit that a file sets after the statement, or has reset, is not its own", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      [next]:
        "set statement_timeout = '5s';\nreset statement_timeout;\nset statement_timeout = default;\nselect 1;\n",
      [after]: "select pg_sleep(1.5);\nset local statement_timeout = '5s';\nselect 1;\n",
    },
    { dryRun: "live", limits: { dryRunStatementTimeoutSeconds: 1 } },
  );

  expect(await failureOf(bundle.preview())).toBe("it succeeded");

  expect(bundle.logs.join("\n")).toMatch(/_y\.sql +new: not in the dry run, because one of its statements/);
});

test("an applied migration may keep the part that undoes it; a pending one may not", async () => {
  const undone = "create table $s.u ();\n-- migrate:down\nselect 2;\n";
  const [first, adopted, pending] = ["20260801000000_s", "20260802000000_x", "20260803000000_y"].map(
    (name) => `migrations/${name}.sql`,
  ) as [string, string, string];
  const baseline = "20260802000000";
  const tables = Object.values(schema).join("");
  const bundle = await databases.bundle({ [first]: tables, [adopted]: undone }, { baseline });
  await bundle.sql(`${tables}create table $s.u ();`);

  await bundle.up();

  expect(await bundle.history()).toContain(adopted);
  bundle.write({ [pending]: undone.replace(".u", ".v") });
  for (const dryRun of ["off", "live"]) {
    bundle.inputs = { baseline, dryRun };
    expect(await failureOf(bundle.preview())).toMatch(/^\S+_y\.sql:2:1: what follows would undo the file/);
  }
  expect(await failureOf(bundle.up())).toMatch(/^\S+_y\.sql:2:1: what follows would undo the file/);
  expect(await bundle.history()).not.toContain(pending);
  bundle.write({ [pending]: "create table $s.v ();\n" });
  for (const dryRun of ["off", "live"]) {
    bundle.inputs = { baseline, dryRun };
    expect(await failureOf(bundle.preview())).toBe("it succeeded");
  }
  await bundle.up();
  expect(await bundle.history()).toContain(pending);
});

test("a pending migration with such a part is refused on an empty database, and nothing is left", async () => {
  const bundle = await databases.bundle({ ...schema, [next]: "select 1;\n-- migrate:down\nselect 2;\n" });

  expect(await failureOf(bundle.up())).toMatch(/^\S+_x\.sql:2:1: what follows would undo the file/);
  expect((await bundle.sql("select to_regnamespace('$s') as it")).rows).toEqual([{ it: null }]);
});

test("a function's author explains an error that it raises", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      [next]:
        "set local role authenticated;\ndo $$ begin raise 'permission denied for you' using errcode = '42501', hint = 'Ask Ann.'; end $$;\n",
    },
    { dryRun: "live" },
  );

  expect(await failureOf(bundle.preview())).toMatch(
    /permission denied for you \(42501\)[\s\S]*hint: Ask Ann\./,
  );
});

test("a canceled statement, and an error that a file raises, fail in the preview too", async () => {
  const bundle = await databases.bundle(schema, { dryRun: "live" });
  await bundle.up();
  for (const [text, message] of [
    [
      "select pg_cancel_backend(pg_backend_pid());\nselect pg_sleep(5);\n",
      /_x\.sql:\d:1: canceling statement due to user request \(57014\)\n.*\n.*\n {2}hint: Another session canceled the statement: run the command again\.$/,
    ],
    ["do $$ begin raise 'own' using errcode = '57014'; end $$;\n", /_x\.sql:1:7: own \(57014\)/],
    [
      "do $$ begin raise 'own statement timeout' using errcode = '57014'; end $$;\n",
      /_x\.sql:1:7: own statement timeout \(57014\)\n.*\n.*\n {2}where: .*$/,
    ],
  ] as const) {
    bundle.write({ [next]: text });

    expect(await failureOf(bundle.preview())).toMatch(message);
    expect(await failureOf(bundle.up())).toMatch(message);
  }
});

test("a file that drops the record is told what it holds", async () => {
  const bundle = await databases.bundle(
    { ...schema, [next]: "drop table supabase_migrations.bundle_files;\n" },
    { dryRun: "live" },
  );

  const preview = await failureOf(bundle.preview());

  expect(preview).toBe(
    `Bundle ${bundle.schema}: relation "supabase_migrations.bundle_files" does not exist (42P01)\n  hint: The table holds the record of what was applied: undo the change to it, or restore it from a backup.`,
  );
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("syntax of a newer PostgreSQL is refused as by this server, before anything is sent", async ({
  skip,
}) => {
  const bundle = await databases.bundle(schema);
  const { rows } = await bundle.sql("show server_version_num");
  skip(Number(rows[0].server_version_num) >= 180000, "no supported grammar is newer than this server's");
  const newer = "update $s.t set id = id returning with (old as former) former.id;\n";
  bundle.write({ [next]: `select 1;\n${newer}` });
  const message =
    /_x\.sql:2:\d+: syntax error at or near "with" \(42601\)\n.*\n.*\n {2}hint: .*newer than this server understands/;

  expect(await failureOf(bundle.up())).toMatch(message);
  expect(await bundle.history()).toEqual([]);
  bundle.inputs = { dryRun: "live" };
  expect(await failureOf(bundle.preview())).toMatch(message);

  bundle.write({ [next]: "select 1;\n", "repeatable/u.sql": newer });
  expect(await failureOf(bundle.up())).toMatch(/repeatable\/u\.sql:1:\d+: syntax error/);
  expect(await bundle.history()).toEqual([]);
});

test("the target server's grammar is used: a keyword that is new in 16 is a valid column on 15 only", async () => {
  const bundle = await databases.bundle({
    ...schema,
    [next]: "create table $s.u (\n  system_user text\n);\n",
  });
  const { rows } = await bundle.sql("show server_version_num");
  const major = Math.floor(Number(rows[0].server_version_num) / 10_000);
  const direct = await bundle.sql("create temporary table probe (system_user text)").then(
    () => undefined,
    (error: Error) => error.message,
  );

  bundle.inputs = { dryRun: "live" };
  const preview = await bundle.preview().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const up = await bundle.up().then(
    () => undefined,
    (error: Error) => error.message,
  );

  if (major === 15) {
    expect([direct, preview, up]).toEqual([undefined, undefined, undefined]);
    return;
  }
  expect(direct).toBe('syntax error at or near "system_user"');
  expect(up).toBe(preview);
  expect(up).toContain(`${next}:2:3: syntax error at or near "system_user" (42601)`);
  expect(up).toContain(
    `hint: PostgreSQL ${major} does not accept the text here: correct it; nothing was changed.`,
  );
  expect(await bundle.history()).toEqual([]);
});

test("a header below a block comment is valid, and statements outside of a transaction are listed", async () => {
  const bundle = await databases.bundle({
    ...schema,
    [next]:
      "/* Owner: us.\n   -- depends on: nothing */\n-- no transaction\ncreate index concurrently t_name on $s.t (name);\n",
  });

  await bundle.up();

  expect(bundle.logs.join("\n")).toMatch(/Applied:\n.*_s\.sql +new +\d+ ms\n.*_x\.sql +new +\d+ ms/);
});

test("a file of several megabytes runs, and an error at its end is found", async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, id) => `insert into $s.t values (${id}, 'größe ${"x".repeat(100)}');`,
  );
  const bundle = await databases.bundle({
    ...schema,
    [next]: `${rows.join("\n")}\nselect nothing from $s.t;\n`,
  });

  expect(await failureOf(bundle.up())).toMatch(/_x\.sql:20001:8: column "nothing" does not exist \(42703\)/);

  bundle.write({ [next]: `${rows.join("\n")}\n` });
  await bundle.up();
  expect((await bundle.sql("select count(*)::int as n from $s.t")).rows).toEqual([{ n: 20_000 }]);
});

test("the error shown is not a consequence of an error in another file", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "repeatable/a.sql": "create view $s.a as select label from $s.b;\n",
    "repeatable/b.sql": "create view $s.b as select $s.c() as label;\n",
    "repeatable/c.sql":
      "create or replace function $s.c() returns text language sql as 'select nothing from $s.t';\n",
  });

  expect(await failureOf(bundle.up())).toMatch(/repeatable\/c\.sql:1:\d+: column "nothing" does not exist/);
});

test("the cycle of repeatables that need each other is named", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "repeatable/a.sql": "create or replace function $s.a() returns int language sql as 'select $s.b()';\n",
    "repeatable/b.sql": "create or replace function $s.b() returns int language sql as 'select $s.a()';\n",
  });

  expect(await failureOf(bundle.up())).toContain(
    "hint: These files depend on each other: repeatable/a.sql → repeatable/b.sql → repeatable/a.sql. Views cannot; functions can, in files that begin with `set check_function_bodies = off;`.",
  );
  for (const name of ["a", "b"]) {
    const other = name === "a" ? "b" : "a";
    bundle.write({
      [`repeatable/${name}.sql`]: `set check_function_bodies = off;\ncreate or replace function $s.${name}() returns int language sql as 'select $s.${other}()';\n`,
    });
  }
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("a migration's view is recreated with all its properties when a function that it calls is recreated", async () => {
  const bundle = await databases.bundle({
    ...schema,
    [next]: `create function $s.f() returns int language sql as 'select 1';
create view $s.v with (security_invoker = true) as select id, $s.f() as f from $s.t;
grant select on $s.v to authenticated;
comment on view $s.v is 'of the view';
comment on column $s.v.f is 'of the column';
alter view $s.v alter column id set default 7;
create view $s.w as select f from $s.v;
`,
    "repeatable/f.sql": "create or replace function $s.f() returns int language sql as 'select 2';\n",
  });
  await bundle.up();
  const described = () =>
    bundle.sql(`select c.relname, c.relacl::text, c.reloptions, obj_description(c.oid) as comment,
      col_description(c.oid, 2) as of_column, pg_get_expr(d.adbin, d.adrelid) as default
      from pg_class c left join pg_attrdef d on d.adrelid = c.oid
      where c.relnamespace = '$s'::regnamespace and c.relkind = 'v' order by 1`);
  const before = (await described()).rows;
  bundle.write({
    "repeatable/f.sql":
      "create or replace function $s.f() returns bigint language sql as 'select 3::bigint';\n",
  });

  await bundle.up();

  expect(before[0]).toMatchObject({ comment: "of the view", of_column: "of the column", default: "7" });
  expect((await described()).rows).toEqual(before);
  expect((await bundle.sql("select pg_typeof(f)::text as type from (select $s.f() as f) x")).rows).toEqual([
    { type: "bigint" },
  ]);
  expect(await bundle.refresh()).toEqual([]);
});

test("a removed comment on a view's column is restored", async () => {
  const bundle = await databases.bundle({
    ...schema,
    [next]: "create view $s.v as select id from $s.t;\ncomment on column $s.v.id is 'kept';\n",
  });
  await bundle.up();
  await bundle.sql("comment on column $s.v.id is null");
  expect(await bundle.refresh()).toEqual([`live["column ${bundle.schema}.v id"]`]);

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
});

test("a file that is enclosed in begin and commit runs in the deployment's transaction", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_s.sql": "begin;\ncreate schema $s;\ncreate table $s.t (id int);\ncommit;\n",
    "migrations/20260102000000_bad.sql": "-- é\nbegin;\ninsert into $s.t values (1);\nselect 1/0;\ncommit;\n",
    "repeatable/v.sql": "BEGIN;\ncreate view $s.v as select * from $s.t;\nCOMMIT;\n",
  });

  expect(await failureOf(bundle.up())).toMatch(/_bad\.sql:4:1: division by zero \(22012\)/);
  expect((await bundle.sql("select from $s.t")).rowCount).toBe(0);

  bundle.write({ "migrations/20260102000000_bad.sql": "begin;\ninsert into $s.t values (1);\nend;\n" });
  await bundle.up();
  expect((await bundle.sql("select from $s.v")).rowCount).toBe(1);
  expect(await bundle.refresh()).toEqual([]);
});

test.each(["deallocate all", "prepare a as select 1"])("a migration may contain %s", async (statement) => {
  const bundle = await databases.bundle(
    { ...schema, [next]: `${statement};\nalter table $s.t add column more text;\n` },
    { dryRun: "live" },
  );
  bundle.write({ "repeatable/v.sql": "create or replace view $s.v as select more from $s.t;\n" });

  await bundle.preview();
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});
