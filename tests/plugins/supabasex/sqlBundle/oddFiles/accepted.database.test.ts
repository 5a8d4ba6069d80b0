import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "../support";
import { next, schema } from "./files";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

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
