import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases } from "./support";

// The server's notices and warnings reach the user, with the place in the file.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = { "migrations/20260101000000_s.sql": "create schema $s;\n" };
const notes = (logs: readonly string[]) =>
  logs
    .filter((line) => line.includes(".sql:"))
    .map((line) => line.replace(/ \S*\/((?:migrations|repeatable)\/)/, " $1"));

test("a warning in a do block names its line in the block, and a notice of a statement its line", async () => {
  const bundle = await databases.bundle({
    ...schema,
    "migrations/20260102000000_t.sql":
      "create table $s.t (id int);\n\ncreate table if not exists $s.t (id int);\n",
    "repeatable/settings.sql": [
      "do $$",
      "begin",
      "  raise notice 'größe %', 1;",
      "  raise warning 'this server does not allow: %', 'x' using hint = 'Ask for it.';",
      "end",
      "$$;",
      "",
    ].join("\n"),
  });

  await bundle.up();

  expect(notes(bundle.logs)).toEqual([
    `info: migrations/20260102000000_t.sql:3: relation "t" already exists, skipping`,
    "info: repeatable/settings.sql:3: größe 1",
    "warning: repeatable/settings.sql:4: this server does not allow: x\n  Ask for it.",
  ]);
});

test("files that wait for others are reported once, and our own statements never", async () => {
  const bundle = await databases.bundle({
    ...schema,
    // It waits for b.sql, so it runs twice. The policy is dropped first, although it does not exist yet.
    "repeatable/a.sql": [
      "do $$ begin raise warning 'once'; end $$;",
      "create view $s.a as select * from $s.b;",
      "",
    ].join("\n"),
    "repeatable/b.sql": "create view $s.b as select 1 as id;\n",
    "repeatable/c.sql":
      "create function $s.c() returns trigger language plpgsql as $$ begin return new; end $$;\nselect 1;\n",
  });

  await bundle.up();

  expect(notes(bundle.logs)).toEqual(["warning: repeatable/a.sql:1: once"]);
});

test("a preview shows them too, and repeated notices of a loop are shortened", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      "migrations/20260102000000_loop.sql":
        "do $$ begin for i in 1..250 loop raise notice 'row %', i; end loop; raise warning E'late\\nred \\x1b[31m'; end $$;\n",
    },
    { dryRun: "live" },
  );

  await bundle.preview();

  const lines = notes(bundle.logs);
  expect(lines).toHaveLength(102);
  expect(lines[0]).toBe("info: migrations/20260102000000_loop.sql:1: row 1");
  // A warning after them is not lost, and does not change the terminal.
  expect(lines[100]).toBe("warning: migrations/20260102000000_loop.sql:1: late\n  red \u{fffd}[31m");
  expect(lines.at(-1)).toBe("info: migrations/20260102000000_loop.sql: … and 150 more");
});

test("notices of a file before its failure are shown, in preview and up", async () => {
  const bundle = await databases.bundle(schema, { dryRun: "live" });
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_fails.sql":
      "do $$ begin raise warning 'row 7 has no name'; end $$;\nselect 1 / 0;\n",
  });
  const said = ["warning: migrations/20260102000000_fails.sql:1: row 7 has no name"];

  for (const operation of [() => bundle.preview(), () => bundle.up()]) {
    bundle.logs = [];
    await expect(operation()).rejects.toThrow("division by zero");
    expect(notes(bundle.logs)).toEqual(said);
  }
});

test("notices of a deferred trigger at the commit are shown, in preview and up", async () => {
  const bundle = await databases.bundle(schema, { dryRun: "live" });
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_deferred.sql": `create table $s.d (id int);
create function $s.say() returns trigger language plpgsql as $$ begin raise warning E'late \\x1b[2J%', new.id; return null; end $$;
create constraint trigger say after insert on $s.d deferrable initially deferred for each row execute function $s.say();
insert into $s.d values (1);
`,
  });

  for (const operation of [() => bundle.preview(), () => bundle.up()]) {
    bundle.logs = [];
    await operation();
    expect(bundle.logs.filter((line) => line.includes("late"))).toEqual([
      `warning: At the commit: late \u{fffd}[2J1\n  PL/pgSQL function ${bundle.schema}.say() line 1 at RAISE`,
    ]);
  }
});
