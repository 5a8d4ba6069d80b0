import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

/** Returns the SQL of a trigger on a table of the record that prevents or changes what is written about the test's bundle. */
const trigger = (table: string, when: string, then: string) =>
  `create function record_$s() returns trigger language plpgsql as $$ begin if ${when} then ${then} end if; return new; end $$;
   create trigger record_$s before insert or update on supabase_migrations.${table} for each row execute function record_$s()`;
const drop = (table: string) =>
  `drop trigger record_$s on supabase_migrations.${table}; drop function record_$s()`;

describe("a deployment whose record the database does not keep is refused, and nothing is changed:", () => {
  test.each([
    {
      name: "a migration is not recorded",
      table: "bundle_files",
      change: trigger("bundle_files", "new.bundle = '$s'", "return null;"),
      what: "migrations/20260102000000_next.sql",
    },
    {
      name: "a repeatable is recorded with another hash",
      table: "bundle_files",
      change: trigger("bundle_files", "new.bundle = '$s' and new.kind = 'repeatable'", "new.sha256 := 'x';"),
      what: "repeatable/v.sql",
    },
    {
      name: "a version is not recorded",
      table: "schema_migrations",
      change: trigger("schema_migrations", "new.version = '20260102000000'", "return null;"),
      what: "migrations/20260102000000_next.sql",
    },
    {
      name: "the expectation is not recorded",
      table: "bundles",
      change: trigger("bundles", "new.name = '$s'", "return null;"),
      what: "bundle $s",
    },
  ])("$name", async ({ table, change, what }) => {
    const bundle = await databases.bundle(
      { [firstFile]: "create schema $s; create table $s.t (id integer);" },
      { dryRun: "live" },
    );
    await bundle.up();
    // Versions belong to all bundles.
    await bundle.sql("delete from supabase_migrations.schema_migrations where version = '20260102000000'");
    await bundle.sql(change);
    bundle.write({
      [nextFile]: "alter table $s.t add column n integer;",
      "repeatable/v.sql": "create or replace view $s.v as select id, n from $s.t;",
    });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(
      new RegExp(
        `^The database does not keep the record of \\S*${what.replaceAll("$s", bundle.schema)} in the schema supabase_migrations: drop the trigger, rule or policy on its tables that changes or prevents what is written there, and run the command again\\.$`.replace(
          "\\S*bundle",
          "bundle",
        ),
      ),
    );
    expect(await failureOf(bundle.up())).toBe(preview);
    expect((await bundle.sql("select to_regclass('$s.v') is null as ok")).rows).toEqual([{ ok: true }]);

    await bundle.sql(drop(table));
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);
    expect(await bundle.history()).toEqual([
      "migrations/20260101000000_first.sql",
      "migrations/20260102000000_next.sql",
      "repeatable/v.sql",
    ]);
  });

  test("negative control: a trigger that keeps what is written is allowed", async () => {
    const bundle = await databases.bundle({ [firstFile]: "create schema $s;" }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(trigger("bundle_files", "false", "return null;"));
    bundle.write({ [nextFile]: "create table $s.t (id integer);" });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    await bundle.sql(drop("bundle_files"));
  });
});
