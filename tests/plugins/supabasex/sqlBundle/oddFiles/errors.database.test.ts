import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "../support";
import { next, schema } from "./files";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

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
