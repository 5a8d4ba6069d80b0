import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const schema = "create schema $s;\ncreate table $s.log (tag text);\n";
const eventTrigger = (
  body: string,
) => `create or replace function $s.act() returns event_trigger language plpgsql as $$
declare object record;
begin
  for object in select * from pg_event_trigger_ddl_commands() where schema_name = '$s' loop
    ${body}
  end loop;
end $$;
create event trigger act_$s on ddl_command_end when tag in ('CREATE TABLE') execute function $s.act();
`;
const switchesOn = eventTrigger(
  "execute format('alter table %s enable row level security', object.object_identity);",
);

describe("an event trigger of a repeatable that changes objects of a later migration is refused, in preview and up", () => {
  const cases = [
    { name: "row security", file: switchesOn },
    {
      name: "a grant",
      file: eventTrigger("execute format('grant select on %s to authenticated', object.object_identity);"),
    },
  ];

  test.each(sliceOf(cases, 4))("$name", async ({ file }) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/act.sql": file },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [next]: "create table $s.later (id integer);" });

    const preview = await failureOf(bundle.preview());
    const up = await failureOf(bundle.up());

    expect(preview).toContain(`event trigger act_${bundle.schema} (repeatable/act.sql)`);
    expect(preview).toContain(`    table ${bundle.schema}.later\n`);
    expect(up).toBe(preview);
    expect(await bundle.history()).not.toContain(next);
    await bundle.sql("drop event trigger act_$s");
  });
});

describe("negative controls: it is applied if", () => {
  const cases = [
    {
      name: "the trigger only writes rows",
      file: eventTrigger("insert into $s.log values (tg_tag);"),
      migration: "create table $s.later (id integer);",
    },
    {
      name: "the migration does what the trigger does",
      file: switchesOn,
      migration: "create table $s.later (id integer);\nalter table $s.later enable row level security;",
    },
  ];

  test.each(sliceOf(cases, 4))("$name", async ({ file, migration }) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/act.sql": file },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [next]: migration });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    await bundle.sql("drop event trigger act_$s");
  });

  test("the event trigger belongs to a migration", async () => {
    const bundle = await databases.bundle({ [first]: schema + switchesOn }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: "create table $s.later (id integer);" });

    await bundle.up();

    expect(
      (await bundle.sql("select relrowsecurity as on from pg_class where oid = '$s.later'::regclass")).rows,
    ).toEqual([{ on: true }]);
    await bundle.sql("drop event trigger act_$s");
  });
});
