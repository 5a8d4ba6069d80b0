import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

// The server only parses a PL/pgSQL body when the function is created; a dry run checks it, and leaves nothing behind.
const databases = new Databases();
let isAvailable: boolean;
beforeAll(async () => {
  await databases.start();
  const { rowCount } = await (await databases.cluster.client()).query(
    "select from pg_available_extensions where name = 'plpgsql_check'",
  );
  isAvailable = rowCount === 1;
});
afterAll(() => databases.stop());
beforeEach(({ skip }) => skip(!isAvailable, "plpgsql_check is not installed on this server"));

const schema = {
  "migrations/20260101000000_s.sql":
    "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
};
const inputs = { dryRun: "live" };
const body = (...lines: string[]) => ["as $$", ...lines, "$$;", ""].join("\n");
const plpgsql = "create or replace function $s.f() returns int language plpgsql";

test.each([
  {
    what: "a type mismatch",
    text: `${plpgsql} ${body("declare", "  n int;", "begin", "\treturn 'größe'::text + n;", "end")}`,
    place: 5,
    column: 23,
    message: "operator does not exist: text + integer (42883)",
    source: "\treturn 'größe'::text + n;",
    caret: `\t${" ".repeat(21)}^`,
    where: "line 5 at RETURN",
  },
  {
    what: "a wrong value for a variable",
    text: `${plpgsql} ${body("declare n int; begin", "  n := 'abc';", "  return n;", "end")}`,
    place: 3,
    column: 8,
    message: 'invalid input syntax for type integer: "abc" (22P02)',
    source: "  n := 'abc';",
    caret: "       ^",
    where: "line 3 at assignment",
  },
  {
    what: "between single quotes, at the statement",
    text: `${plpgsql} as '\nbegin\n  return ''a''::text + 1;\nend';\n`,
    place: 3,
    column: 3,
    message: "operator does not exist: text + integer (42883)",
    source: "  return ''a''::text + 1;",
    caret: "  ^",
    where: "line 3 at RETURN",
  },
])(
  "an error in a function body is reported at its place: $what",
  async ({ text, place, column, message, source, caret, where }) => {
    const bundle = await databases.bundle({ ...schema, "repeatable/f.sql": text }, inputs);

    const failure = await failureOf(bundle.preview());

    const [head = "", ...rest] = failure.split("\n");
    expect(head).toMatch(new RegExp(`/repeatable/f\\.sql:${place}:${column}: `));
    expect(head).toContain(message);
    expect(rest.slice(0, 2)).toEqual([`  ${place} | ${source}`, `    | ${caret}`]);
    expect(rest.slice(2).join("\n")).toMatch(
      /^ {2}hint: .*A call would fail here; if not, write `-- no body check`/m,
    );
    expect(rest.at(-1)).toBe(`  where: PL/pgSQL function ${bundle.schema}.f() ${where}`);
    // As a control: the server accepts it, and the extension was not left behind.
    await bundle.up();
    expect((await bundle.sql("select from pg_extension where extname = 'plpgsql_check'")).rowCount).toBe(0);
  },
);

test("a missing table in a migration's function is an error; without a schema, it may be a temporary table", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      "migrations/20260102000000_f.sql": `${plpgsql} ${body("begin return (select id from scratch); end")}`,
    },
    inputs,
  );
  await bundle.preview();
  expect(bundle.logs.join("\n")).toMatch(
    /warning: Calls of these may fail:\n.*_f\.sql:2: in function s\d+\.f\(\): relation "scratch" does not exist \(42P01\)$/m,
  );

  bundle.write({
    "migrations/20260102000000_f.sql": `${plpgsql} ${body("begin return (select id from $s.nowhere); end")}`,
  });
  expect(await failureOf(bundle.preview())).toMatch(
    /_f\.sql:2:30: relation "s\d+\.nowhere" does not exist \(42P01\)/,
  );

  bundle.write({
    "migrations/20260102000000_f.sql": `${plpgsql} ${body("begin", "-- no body check", "return (select id from $s.nowhere); end")}`,
  });
  bundle.logs = [];
  await bundle.preview();
  expect(bundle.logs.join("\n")).not.toContain("may fail");
});

test("a trigger function is checked with all its tables and transition tables", async () => {
  const trigger = (
    column: string,
  ) => `create or replace function $s.f() returns trigger language plpgsql ${body(
    "begin",
    "  if tg_op = 'INSERT' then insert into $s.log select id, name from added;",
    `  else insert into $s.log select id, ${column} from removed; end if;`,
    "  return null;",
    "end",
  )}
create trigger added after insert on $s.t referencing new table as added for each statement execute function $s.f();
create trigger removed after delete on $s.t referencing old table as removed for each statement execute function $s.f();
`;
  const log = { "migrations/20260102000000_log.sql": "create table $s.log (id int, name text);\n" };
  const bundle = await databases.bundle({ ...schema, ...log, "repeatable/f.sql": trigger("name") }, inputs);
  await bundle.preview();
  expect(bundle.logs.filter((line) => line.startsWith("warning"))).toEqual([]);

  bundle.write({ "repeatable/f.sql": trigger("label") });
  expect(await failureOf(bundle.preview())).toMatch(/f\.sql:4:38: column "label" does not exist \(42703\)/);
});

const reader = {
  "repeatable/f.sql": `${plpgsql} ${body("begin", "  return (select length(name) from $s.t);", "end")}`,
};

test("a function that a migration breaks is an error", async () => {
  const bundle = await databases.bundle({ ...schema, ...reader }, inputs);
  await bundle.up();
  bundle.write({ "migrations/20260102000000_drop.sql": "alter table $s.t drop name;\n" });

  expect(await failureOf(bundle.preview())).toMatch(
    /f\.sql:3:25: column "name" does not exist \(42703\)[\s\S]*hint: .*It worked before this deployment: change the function/,
  );

  // As a control: with the function changed in the same deployment it passes.
  bundle.write({
    "repeatable/f.sql": `${plpgsql} ${body("begin", "  return (select id from $s.t);", "end")}`,
  });
  await bundle.preview();
});

test("a function that failed before does not fail an unrelated deployment", async () => {
  const bundle = await databases.bundle({ ...schema, ...reader }, inputs);
  await bundle.up();
  bundle.write({ "migrations/20260102000000_drop.sql": "alter table $s.t drop name;\n" });
  await bundle.up();
  bundle.logs = [];

  // An unrelated column; a comment on the function.
  bundle.write({ "migrations/20260103000000_add.sql": "alter table $s.t add note text;\n" });
  await bundle.preview();
  bundle.write({ "repeatable/f_comment.sql": "comment on function $s.f() is 'old';\n" });
  await bundle.preview();

  expect(bundle.logs.join("\n")).not.toMatch(/may fail|does not exist/);
  // As a control: a change of the function itself is checked.
  bundle.write({ "repeatable/f.sql": reader["repeatable/f.sql"].replace("length", "upper") });
  expect(await failureOf(bundle.preview())).toMatch(/column "name" does not exist \(42703\)/);
});

test("a second error of a function, behind one that the deployment fixes, counts as an earlier one", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      "repeatable/f.sql": `${plpgsql} ${body("declare", "  first text := (select one from $s.t);", "begin", "  return (select two from $s.t);", "end")}`,
    },
    { ...inputs, dryRun: "off" },
  );
  await bundle.up();
  bundle.inputs = inputs;
  bundle.write({ "migrations/20260102000000_one.sql": "alter table $s.t add one text;\n" });

  await bundle.preview();

  expect(bundle.logs.join("\n")).not.toContain("does not exist");
});

describe("a trigger function of two tables", () => {
  const tables = {
    "migrations/20260101000000_s.sql":
      "create schema $s;\ncreate table $s.a (id int, only_a text);\ncreate table $s.b (id int);\n",
  };
  const triggers = ["a", "b"]
    .map((table) => `create trigger f before insert on $s.${table} for each row execute function $s.f();\n`)
    .join("");
  const serving = (...lines: string[]) => ({
    "repeatable/f.sql": `create or replace function $s.f() returns trigger language plpgsql ${body("begin", ...lines, "return new; end")}${triggers}`,
  });
  const branching = serving("  if tg_table_name = 'a' then new.only_a := 'x'; end if;");

  test("may use a column of only one table, if it checks which table fired", async () => {
    const bundle = await databases.bundle({ ...tables, ...branching }, inputs);
    await bundle.preview();
    await bundle.up();
    expect(bundle.logs.join("\n")).not.toMatch(/has no field/);

    bundle.write({ "migrations/20260102000000_drop.sql": "alter table $s.a drop only_a;\n" });
    expect(await failureOf(bundle.preview())).toMatch(
      /f\.sql:3:\d+: record "new" has no field "only_a" \(42703\)[\s\S]*called for s\d+\.a/,
    );
  });

  test("may not use it without that check, and may not use a column that no table has", async () => {
    const bundle = await databases.bundle({ ...tables, ...serving("  new.only_a := 'x';") }, inputs);
    expect(await failureOf(bundle.preview())).toMatch(
      /record "new" has no field "only_a"[\s\S]*called for s\d+\.b/,
    );

    bundle.write(serving("  if tg_table_name = 'a' then new.nowhere := 'x'; end if;"));
    expect(await failureOf(bundle.preview())).toMatch(/record "new" has no field "nowhere"/);
  });
});

test("a deferred constraint is checked at the end of a dry run too", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      "migrations/20260102000000_child.sql":
        "create table $s.child (id int references $s.t deferrable initially deferred);\ninsert into $s.child values (7);\n",
    },
    inputs,
  );

  expect(await failureOf(bundle.preview())).toMatch(
    /refuses the commit of .*_child\.sql: insert or update on table "child" violates foreign key .* \(23503\)\n {2}detail: Key \(id\)=\(7\)/,
  );
  bundle.write({
    "migrations/20260102000000_child.sql":
      "create table $s.child (id int references $s.t deferrable initially deferred);\ninsert into $s.child values (7);\ninsert into $s.t values (7);\n",
  });
  await bundle.preview();
});
