import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

// The server only parses a PL/pgSQL body when the function is made; a dry run checks it, without leaving a trace.
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
  "$what in a body is shown at its place",
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
    // As a control: the server takes it, and the extension was not left behind.
    await bundle.up();
    expect((await bundle.sql("select from pg_extension where extname = 'plpgsql_check'")).rowCount).toBe(0);
  },
);

test("a missing table in a migration's function is a fault; one without a schema may be temporary", async () => {
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

test("a trigger's function is checked with its tables and all of its transition tables", async () => {
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

test("a migration that takes away what a function needs: a warning, since the function itself is as it was", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      "repeatable/f.sql": `${plpgsql} ${body("begin", "  return (select length(name) from $s.t);", "end")}`,
    },
    inputs,
  );
  await bundle.up();
  bundle.logs = [];
  bundle.write({ "migrations/20260102000000_drop.sql": "alter table $s.t drop name;\n" });

  await bundle.preview();

  expect(bundle.logs.join("\n")).toMatch(
    /warning: Calls of these may fail:\n.*f\.sql:3: in function s\d+\.f\(\): column "name" does not exist \(42703\)/,
  );
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
